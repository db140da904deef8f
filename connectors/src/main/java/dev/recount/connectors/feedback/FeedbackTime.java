package dev.recount.connectors.feedback;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;

/** Reads points in time as people and programs write them. */
final class FeedbackTime {
  private static final BigDecimal SECONDS_BELOW = BigDecimal.TEN.pow(11);
  private static final BigDecimal MILLISECONDS_BELOW = BigDecimal.TEN.pow(14);
  private static final BigDecimal MICROSECONDS_BELOW = BigDecimal.TEN.pow(17);
  private static final BigDecimal NANOSECONDS_BELOW = BigDecimal.TEN.pow(20);
  private static final int MOST_DECIMALS = 32;
  private static final int LAST_YEAR = 9999;

  private FeedbackTime() {}

  /**
   * The point in time, to the millisecond.
   *
   * @throws IllegalArgumentException when the value is neither ISO-8601 text nor an epoch number
   */
  static Instant read(JsonNode value) {
    if (value.isNumber()) {
      return fromEpoch(value.decimalValue());
    }
    if (value.isTextual()) {
      return fromText(value.textValue().strip());
    }
    throw new IllegalArgumentException("expected ISO-8601 text or a number since the Unix epoch");
  }

  private static Instant fromEpoch(BigDecimal number) {
    if (number.signum() < 0 || number.compareTo(NANOSECONDS_BELOW) >= 0) {
      throw new IllegalArgumentException(
          "expected seconds, milliseconds, microseconds or nanoseconds since the Unix epoch");
    }
    if (number.scale() > MOST_DECIMALS) {
      // Rounding what has an exponent of millions of digits would take forever.
      throw new IllegalArgumentException("has more than " + MOST_DECIMALS + " decimals");
    }
    int digits;
    if (number.compareTo(SECONDS_BELOW) < 0) {
      digits = 3;
    } else if (number.compareTo(MILLISECONDS_BELOW) < 0) {
      digits = 0;
    } else if (number.compareTo(MICROSECONDS_BELOW) < 0) {
      digits = -3;
    } else {
      digits = -6;
    }
    return Instant.ofEpochMilli(
        number.scaleByPowerOfTen(digits).setScale(0, RoundingMode.FLOOR).longValueExact());
  }

  private static Instant fromText(String text) {
    try {
      OffsetDateTime time = OffsetDateTime.parse(text);
      if (time.getYear() < 0 || time.getYear() > LAST_YEAR) {
        throw new IllegalArgumentException("the year is out of range");
      }
      return Instant.ofEpochMilli(time.toInstant().toEpochMilli());
    } catch (DateTimeParseException malformed) {
      throw new IllegalArgumentException(
          "expected ISO-8601 with an offset, for instance 2026-03-01T12:00:00Z", malformed);
    }
  }
}

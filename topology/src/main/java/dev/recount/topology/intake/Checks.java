package dev.recount.topology.intake;

import dev.recount.schemas.TraceIds;
import dev.recount.schemas.UndecodableException;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What every explicit event must satisfy before it enters the log. */
final class Checks {
  /** Longest identifier that is taken, in characters. */
  static final int LONGEST_ID = 1024;

  /** The end of the year 9999, in milliseconds since the Unix epoch. */
  private static final double LATEST_MILLIS = 253_402_300_799_999d;

  private Checks() {}

  /** A trace ID in canonical form. */
  static String traceId(String given) {
    String canonical = given.strip().toLowerCase(Locale.ROOT);
    if (!TraceIds.isTraceId(canonical)) {
      throw new UndecodableException(
          "trace_id \"" + abbreviated(given) + "\" is not 32 hexadecimal digits, not all zero",
          null);
    }
    return canonical;
  }

  /** A span ID in canonical form; null and empty mean that none was given. */
  static @Nullable String spanId(@Nullable String given) {
    if (given == null || given.isBlank()) {
      return null;
    }
    String canonical = given.strip().toLowerCase(Locale.ROOT);
    if (!TraceIds.isSpanId(canonical)) {
      throw new UndecodableException(
          "span_id \"" + abbreviated(given) + "\" is not 16 hexadecimal digits, not all zero",
          null);
    }
    return canonical;
  }

  /** An identifier that must be there. */
  static void identifier(String field, String given) {
    if (given.isBlank()) {
      throw new UndecodableException(field + " is empty", null);
    }
    if (given.length() > LONGEST_ID) {
      throw new UndecodableException(
          field + " has " + given.length() + " characters, more than " + LONGEST_ID, null);
    }
  }

  /** A number that must be finite if it is there. */
  static void finite(String field, @Nullable Double given) {
    if (given != null && !Double.isFinite(given)) {
      throw new UndecodableException(field + " is " + given + ", not a number", null);
    }
  }

  /** A time that the records can carry, which count in microseconds. */
  static void time(String field, Instant given) {
    if (Math.abs((double) given.toEpochMilli()) > LATEST_MILLIS) {
      throw new UndecodableException(
          field + " is " + given.toEpochMilli() + ", which is no time in milliseconds", null);
    }
  }

  /** The time of an event as its precedence, nanoseconds since the Unix epoch. */
  static long precedence(Instant time) {
    long millis = time.toEpochMilli();
    long limit = Long.MAX_VALUE / 1_000_000;
    return Math.max(-limit, Math.min(limit, millis)) * 1_000_000;
  }

  private static String abbreviated(String text) {
    return text.length() <= 64 ? text : text.substring(0, 64) + "…";
  }
}

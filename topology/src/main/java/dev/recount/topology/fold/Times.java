package dev.recount.topology.fold;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Conversions between the units of time that telemetry comes in. */
final class Times {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private Times() {}

  /** Nanoseconds since the Unix epoch as an instant. Negative values stand for the far future. */
  static Instant instant(long unixNano) {
    // OTLP times are unsigned: what does not fit a long lies beyond the year 2262.
    long clamped = unixNano < 0 ? Long.MAX_VALUE : unixNano;
    return Instant.ofEpochSecond(clamped / NANOS_PER_SECOND, clamped % NANOS_PER_SECOND);
  }

  /** The same to the microsecond, as the records carry it. */
  static Instant micros(long unixNano) {
    return instant(unixNano).truncatedTo(ChronoUnit.MICROS);
  }

  /** An instant as nanoseconds since the Unix epoch, at the bounds of a long where it is beyond. */
  static long nanoseconds(Instant instant) {
    try {
      return Math.addExact(
          Math.multiplyExact(instant.getEpochSecond(), NANOS_PER_SECOND), instant.getNano());
    } catch (ArithmeticException beyond) {
      return instant.getEpochSecond() < 0 ? 0 : Long.MAX_VALUE;
    }
  }

  /** A time so many nanoseconds later, at most the last that a long holds. */
  static long later(long unixNano, long nanos) {
    long sum = unixNano + nanos;
    return nanos > 0 && sum < unixNano ? Long.MAX_VALUE : sum;
  }

  /** From one time to another, in whole milliseconds. */
  static long millisBetween(long fromUnixNano, Instant to) {
    return to.toEpochMilli() - instant(fromUnixNano).toEpochMilli();
  }
}

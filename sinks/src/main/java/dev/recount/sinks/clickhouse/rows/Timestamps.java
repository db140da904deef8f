package dev.recount.sinks.clickhouse.rows;

import java.time.Instant;

/**
 * Times as ClickHouse's DateTime64 holds them: ticks since the Unix epoch.
 *
 * <p>A sender's clock may say anything. What lies outside of the range of a column is moved to its
 * nearest end: a wrong time on a row is better than a row that cannot be written.
 */
final class Timestamps {
  /** 2299-12-31T23:59:59Z, where DateTime64 ends. */
  private static final long LAST_SECOND = 10_413_791_999L;

  /** 2099-12-31T23:59:59Z; expiry is reckoned in DateTime, which ends in 2106. */
  private static final long LAST_KEY_SECOND = 4_102_444_799L;

  private static final long MILLIS = 1_000;
  private static final long MICROS = 1_000_000;
  private static final long NANOS = 1_000_000_000;

  private Timestamps() {}

  /** Milliseconds, from 1970 to 2299. */
  static long millis(Instant time) {
    return ticks(time, MILLIS, LAST_SECOND);
  }

  /** Microseconds, from 1970 to 2299. */
  static long micros(Instant time) {
    return ticks(time, MICROS, LAST_SECOND);
  }

  /** Milliseconds, from 1970 to 2099. */
  static long keyMillis(Instant time) {
    return ticks(time, MILLIS, LAST_KEY_SECOND);
  }

  /**
   * Nanoseconds, from 1970 to 2262.
   *
   * @param unsigned OTLP's fixed64 in a long, in which what lies past 2262 looks negative
   */
  static long nanos(long unsigned) {
    return unsigned < 0 ? Long.MAX_VALUE : unsigned;
  }

  private static long ticks(Instant time, long perSecond, long lastSecond) {
    if (time.getEpochSecond() < 0) {
      return 0;
    }
    if (time.getEpochSecond() > lastSecond) {
      return lastSecond * perSecond + perSecond - 1;
    }
    return time.getEpochSecond() * perSecond + time.getNano() / (NANOS / perSecond);
  }
}

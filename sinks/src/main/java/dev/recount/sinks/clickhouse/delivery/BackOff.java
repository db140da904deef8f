package dev.recount.sinks.clickhouse.delivery;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Waits longer after each failure in a row, twice as long each time. Without jitter: the sink's few
 * tasks are no thundering herd, and what happens is easier to follow.
 *
 * <p>It only keeps the time; whoever asks does the waiting. Not safe for use by several threads.
 */
public final class BackOff {
  private final Duration first;
  private final Duration longest;
  private final LongSupplier nanoClock;
  private int failures;
  private long retryAt;

  /**
   * A back-off that starts ready.
   *
   * @param nanoClock a monotonic clock in nanoseconds
   */
  public BackOff(Duration first, Duration longest, LongSupplier nanoClock) {
    this.first = first;
    this.longest = longest;
    this.nanoClock = nanoClock;
  }

  /** Whether an attempt is due. */
  public boolean isReady() {
    return failures == 0 || retryAt - nanoClock.getAsLong() <= 0;
  }

  /** Whether the last attempt failed. */
  public boolean isFailing() {
    return failures > 0;
  }

  /** Failures since the last success. */
  public int failures() {
    return failures;
  }

  /** Time until the next attempt, at least a millisecond. */
  public Duration remaining() {
    long nanos = failures == 0 ? 0 : retryAt - nanoClock.getAsLong();
    return Duration.ofMillis(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
  }

  /** Notes a failed attempt. */
  public void failed() {
    long millis = Math.min(longest.toMillis(), first.toMillis() << Math.min(failures, 20));
    failures++;
    retryAt = nanoClock.getAsLong() + TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /** Notes a successful attempt. */
  public void succeeded() {
    failures = 0;
  }
}

package dev.recount.sinks.clickhouse.delivery;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** What a task has done since it started. Safe for use by several threads. */
public final class SinkCounters {
  private final LongAdder records = new LongAdder();
  private final LongAdder batches = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder retries = new LongAdder();
  private final LongAdder insertNanos = new LongAdder();
  private volatile int failedAttempts;

  void written(int more, long nanos) {
    insertNanos.add(nanos);
    records.add(more);
    batches.increment();
  }

  /** Counts an attempt that failed and will be repeated. */
  public void retried() {
    retries.increment();
  }

  /** Notes how many attempts have failed in a row; 0 when the last one succeeded. */
  void failing(int attempts) {
    failedAttempts = attempts;
  }

  /** Counts a record that was put aside. */
  public void rejected() {
    rejected.increment();
  }

  /** Records whose rows ClickHouse has acknowledged. */
  public long records() {
    return records.sum();
  }

  /** Inserts acknowledged by ClickHouse. */
  public long batches() {
    return batches.sum();
  }

  /** How long acknowledged inserts took together, milliseconds. */
  public long insertMillis() {
    return TimeUnit.NANOSECONDS.toMillis(insertNanos.sum());
  }

  /** Records that could not become rows, or whose rows were refused. */
  public long rejectedRecords() {
    return rejected.sum();
  }

  /** Attempts that failed and were, or will be, repeated. */
  public long retries() {
    return retries.sum();
  }

  /** Attempts that have failed in a row, and are repeated. */
  public long failedAttempts() {
    return failedAttempts;
  }

  @Override
  public String toString() {
    return records()
        + " records in "
        + batches()
        + " batches, "
        + rejectedRecords()
        + " rejected, "
        + retries()
        + " retries";
  }
}

package dev.recount.sinks.archive;

import java.util.concurrent.atomic.LongAdder;

/** What a task has done since it started. Safe for use by several threads. */
public final class ArchiveCounters {
  private final LongAdder written = new LongAdder();
  private final LongAdder present = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder retries = new LongAdder();
  private volatile int failedAttempts;

  void wrote(boolean isNew) {
    (isNew ? written : present).increment();
  }

  void rejected() {
    rejected.increment();
  }

  void retried() {
    retries.increment();
  }

  /** Notes how many attempts have failed in a row; 0 when the last one succeeded. */
  void failing(int attempts) {
    failedAttempts = attempts;
  }

  /** Attempts that have failed in a row, and are repeated. */
  public long failedAttempts() {
    return failedAttempts;
  }

  /** Objects that were written. */
  public long written() {
    return written.sum();
  }

  /** Objects that were there already, as they would have been written. */
  public long present() {
    return present.sum();
  }

  /** Records that were put aside. */
  public long rejectedRecords() {
    return rejected.sum();
  }

  /** Attempts that failed and were, or will be, repeated. */
  public long retries() {
    return retries.sum();
  }

  @Override
  public String toString() {
    return written()
        + " objects, "
        + present()
        + " were there, "
        + rejectedRecords()
        + " records rejected, "
        + retries()
        + " retries";
  }
}

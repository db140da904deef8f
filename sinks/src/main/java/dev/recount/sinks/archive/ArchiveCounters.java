package dev.recount.sinks.archive;

import java.util.concurrent.atomic.LongAdder;

/** What a task has done since it started. Safe for use by several threads. */
public final class ArchiveCounters {
  private final LongAdder written = new LongAdder();
  private final LongAdder present = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder retries = new LongAdder();

  void wrote(boolean isNew) {
    (isNew ? written : present).increment();
  }

  void rejected() {
    rejected.increment();
  }

  void retried() {
    retries.increment();
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

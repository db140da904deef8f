package dev.recount.topology.assembly;

/**
 * How much memory a partition may take up for what it only remembers so as to be fast: a share of
 * the heap, since a process has several partitions, and a small heap is to last as well.
 */
final class HeapShare {
  private static final long LEAST = 1 << 20;

  /** Enough to know the identities of a trace of 1,000,000 spans. */
  private static final long ENOUGH = 16 << 20;

  private static final int PARTS_OF_A_SMALL_HEAP = 40;
  private static final long MOST = 32 << 20;
  private static final int PARTS_OF_A_LARGE_HEAP = 128;

  private HeapShare() {}

  /** Bytes for one purpose of one partition. */
  static long bytes() {
    long heap = Runtime.getRuntime().maxMemory();
    long modest = Math.min(ENOUGH, heap / PARTS_OF_A_SMALL_HEAP);
    long ample = Math.min(MOST, heap / PARTS_OF_A_LARGE_HEAP);
    return Math.max(LEAST, Math.max(modest, ample));
  }
}

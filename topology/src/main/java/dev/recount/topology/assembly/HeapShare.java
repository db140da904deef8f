package dev.recount.topology.assembly;

/**
 * How much memory a partition may take up for what it only remembers so as to be fast: a share of
 * the heap, since a process has several partitions, and a small heap is to last as well.
 */
final class HeapShare {
  private static final int PARTS = 128;
  private static final long LEAST = 1 << 20;
  private static final long MOST = 32 << 20;

  private HeapShare() {}

  /** Bytes for one purpose of one partition. */
  static long bytes() {
    return Math.max(LEAST, Math.min(MOST, Runtime.getRuntime().maxMemory() / PARTS));
  }
}

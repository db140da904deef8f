package dev.recount.benchmarks;

import java.util.List;

/** Rates from the progress of a run. */
final class Rates {
  private Rates() {}

  /**
   * Count a second between a tenth and nine tenths of what was reached: without the time in which
   * the pipeline fills and in which it empties.
   *
   * @param progress pairs of time in nanoseconds and count so far, in order
   * @return 0 when there is too little to tell
   */
  static double middle(List<long[]> progress) {
    if (progress.isEmpty()) {
      return 0;
    }
    long total = progress.get(progress.size() - 1)[1];
    long[] from = firstAt(progress, total / 10);
    long[] to = firstAt(progress, total - total / 10);
    return to[0] > from[0] ? (to[1] - from[1]) * 1e9 / (to[0] - from[0]) : 0;
  }

  private static long[] firstAt(List<long[]> progress, long count) {
    for (long[] point : progress) {
      if (point[1] >= count) {
        return point;
      }
    }
    return progress.get(progress.size() - 1);
  }
}

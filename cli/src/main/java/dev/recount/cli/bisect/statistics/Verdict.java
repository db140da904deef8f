package dev.recount.cli.bisect.statistics;

import java.util.List;
import java.util.Optional;

/**
 * What came out.
 *
 * @param before values of the traces before
 * @param after values of the traces after
 * @param difference of the means, as it is, whoever was asked
 * @param worse changes that made it worse, that which explains most first
 * @param better changes that made it better, likewise
 * @param elsewhere the difference that came with the time for old and new versions alike, beside
 *     what the findings explain; empty where there is none to speak of
 * @param acquitted changes that were looked at and are not needed to explain anything
 * @param comparisons number of comparisons that the correction is for
 */
public record Verdict(
    Moments before,
    Moments after,
    Effect difference,
    List<Finding> worse,
    List<Finding> better,
    Optional<Effect> elsewhere,
    List<Change> acquitted,
    int comparisons) {
  /** Copies the lists. */
  public Verdict {
    worse = List.copyOf(worse);
    better = List.copyOf(better);
    acquitted = List.copyOf(acquitted);
  }
}

package dev.recount.cli.bisect.statistics;

import java.util.List;

/**
 * A change that made a difference.
 *
 * @param change the change
 * @param replaced for each of its versions the one that it took the place of; missing ones are left
 *     out
 * @param alike changes that came in the same traces: nothing tells them from this one
 * @param rivals changes of which the data do not say whether they explain the difference in its
 *     place
 * @param onlyByTime whether nothing but the time speaks for it: old and new version hardly ran side
 *     by side, so that anything else that changed then would look the same
 * @param effect difference between traces with it and without it, everything else found being equal
 * @param adjustedPValue p-value of the comparison that found it, corrected for all that were made
 * @param before share of the traces before that ran with it
 * @param after share of the traces after
 * @param with values of the traces after that ran with it
 * @param without values of the traces after that ran without it, of the same agents
 */
public record Finding(
    Change change,
    List<Version> replaced,
    List<Change> alike,
    List<Change> rivals,
    boolean onlyByTime,
    Effect effect,
    double adjustedPValue,
    double before,
    double after,
    Moments with,
    Moments without) {
  /** Copies the lists. */
  public Finding {
    replaced = List.copyOf(replaced);
    alike = List.copyOf(alike);
    rivals = List.copyOf(rivals);
  }

  /** By how much it moved the mean of all traces. */
  public double explains() {
    return effect.size() * (after - before);
  }
}

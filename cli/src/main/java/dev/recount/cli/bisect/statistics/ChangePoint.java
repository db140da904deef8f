package dev.recount.cli.bisect.statistics;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.commons.math3.distribution.NormalDistribution;

/**
 * The moment from which a measure is worse.
 *
 * @param at the moment
 * @param pValue probability of so sharp a bend anywhere, if there were none
 */
public record ChangePoint(Instant at, double pValue) {
  /** The least share of the traces on either side. */
  private static final double LEAST_SIDE = 0.1;

  /**
   * Traces of an interval.
   *
   * @param start when it begins
   * @param moments their values
   */
  public record Interval(Instant start, Moments moments) {}

  /**
   * The moment at which the means before and after differ most for the worse, by their standard
   * error. Its p-value is corrected for the choice among all moments (Bonferroni).
   *
   * @param intervals in order of time
   * @return empty where it never got worse
   */
  public static Optional<ChangePoint> find(List<Interval> intervals, Criteria criteria) {
    Moments all = intervals.stream().map(Interval::moments).reduce(Moments.NONE, Moments::plus);
    Moments before = Moments.NONE;
    Optional<Instant> sharpest = Optional.empty();
    double strength = 0;
    int looked = 0;
    for (int i = 1; i < intervals.size(); i++) {
      before = before.plus(intervals.get(i - 1).moments());
      Moments after = all.minus(before);
      if (Math.min(before.traces(), after.traces()) < LEAST_SIDE * all.traces()) {
        continue;
      }
      looked++;
      double difference = after.mean() - before.mean();
      double error = Math.sqrt(before.varianceOfMean() + after.varianceOfMean());
      double ratio = error == 0 ? 0 : Math.abs(difference / error);
      if (criteria.isWorse(difference) && ratio > strength) {
        strength = ratio;
        sharpest = Optional.of(intervals.get(i).start());
      }
    }
    double once = 2 * new NormalDistribution(null, 0, 1).cumulativeProbability(-strength);
    double pValue = Math.min(1, looked * once);
    return sharpest.map(at -> new ChangePoint(at, pValue));
  }
}

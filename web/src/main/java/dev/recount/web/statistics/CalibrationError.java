package dev.recount.web.statistics;

import java.util.Optional;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * The expected calibration error: the mean distance between stated confidence and the share that
 * turned out well, in bins of it, weighted by decisions. Naeini, Cooper and Hauskrecht, AAAI
 * (2015).
 *
 * <p>Decisions of a trace resemble each other, so traces are what varies. They are dealt into parts
 * at random; how much the error changes when each of the parts is left out in turn tells how sure
 * it is: Kott, The Delete-a-Group Jackknife, Journal of Official Statistics 17 (2001), pages 521 to
 * 526. Of few decisions the error is too large on average, since chance moves bins off the diagonal
 * as well; the interval does not correct for that.
 */
public final class CalibrationError {
  private final int bins;
  private final double[][] weight;
  private final double[][] excess;

  /**
   * Of no decisions yet.
   *
   * @param parts how many parts there are at most
   * @param bins bins of stated confidence
   */
  public CalibrationError(int parts, int bins) {
    this.bins = bins;
    this.weight = new double[parts][bins];
    this.excess = new double[parts][bins];
  }

  /**
   * Adds decisions.
   *
   * @param part of which part their traces are
   * @param bin in which bin their confidence is
   * @param decisions sum of their weights
   * @param stated sum of their confidence, each times its weight
   * @param well sum of the weights of those that turned out well
   */
  public void add(int part, int bin, double decisions, double stated, double well) {
    weight[part][bin] += decisions;
    excess[part][bin] += stated - well;
  }

  /** The error with its interval by Student's distribution; empty where there are no decisions. */
  public Optional<Interval> interval() {
    double[] allWeight = sum(weight);
    double[] allExcess = sum(excess);
    double error = error(allWeight, allExcess);
    if (Double.isNaN(error)) {
      return Optional.empty();
    }
    int parts = 0;
    double squares = 0;
    for (int part = 0; part < weight.length; part++) {
      double without = error(minus(allWeight, weight[part]), minus(allExcess, excess[part]));
      if (total(weight[part]) > 0 && !Double.isNaN(without)) {
        parts++;
        squares += (without - error) * (without - error);
      }
    }
    if (parts < 2) {
      // One trace says nothing of how others are.
      return Optional.of(new Interval(error, 0, 1));
    }
    double margin =
        Math.sqrt((parts - 1.0) / parts * squares)
            * new TDistribution(null, parts - 1).inverseCumulativeProbability(Mean.UPPER_TAIL);
    return Optional.of(
        new Interval(error, Math.max(0, error - margin), Math.min(1, error + margin)));
  }

  private double[] sum(double[][] parts) {
    double[] sum = new double[bins];
    for (double[] part : parts) {
      for (int bin = 0; bin < bins; bin++) {
        sum[bin] += part[bin];
      }
    }
    return sum;
  }

  private static double[] minus(double[] all, double[] part) {
    double[] rest = new double[all.length];
    for (int bin = 0; bin < all.length; bin++) {
      rest[bin] = all[bin] - part[bin];
    }
    return rest;
  }

  private static double total(double[] weights) {
    double total = 0;
    for (double weight : weights) {
      total += weight;
    }
    return total;
  }

  /** In each bin the distance is that of two means of the same weight, so the weight cancels. */
  private static double error(double[] weights, double[] excesses) {
    double distance = 0;
    for (double each : excesses) {
      distance += Math.abs(each);
    }
    double total = total(weights);
    // What is left of all decisions by subtraction may be nothing but rounding.
    return total > 1e-9 ? distance / total : Double.NaN;
  }
}

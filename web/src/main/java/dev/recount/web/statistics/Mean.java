package dev.recount.web.statistics;

import org.apache.commons.math3.distribution.TDistribution;

/**
 * The mean of some numbers.
 *
 * @param size how many there are; of weighted ones, how many equally weighted ones tell as much:
 *     {@link Share#effectiveSize}
 * @param mean their mean
 * @param variance their sample variance
 */
public record Mean(double size, double mean, double variance) {
  static final double UPPER_TAIL = 1 - (1 - Share.CONFIDENCE) / 2;

  /** Two, but for rounding. */
  private static final double LEAST = 2 - 1e-9;

  /** Of a mean, what sums of doubles may be off by. */
  private static final double ROUNDING = 1e-12;

  /**
   * From sums, as a database gives them.
   *
   * @param weights sum of the weights
   * @param squares sum of their squares
   * @param mean mean of the numbers, each as often as its weight says
   * @param meanSquare mean of their squares, likewise
   */
  public static Mean of(double weights, double squares, double mean, double meanSquare) {
    double size = Share.effectiveSize(weights, squares);
    double spread = meanSquare - mean * mean;
    if (spread <= ROUNDING * meanSquare) {
      spread = 0;
    }
    return new Mean(size, mean, size > 1 ? spread * size / (size - 1) : Double.NaN);
  }

  /** Whether there are enough to tell anything. */
  public boolean isKnown() {
    return size >= LEAST && Double.isFinite(mean) && Double.isFinite(variance);
  }

  /** The mean with Student's interval. */
  public Interval interval() {
    double margin = variance == 0 ? 0 : Math.sqrt(variance / size) * quantile(size - 1);
    return new Interval(mean, mean - margin, mean + margin);
  }

  /** How much larger another mean is, with Welch's interval: variances may differ. */
  public Interval differenceTo(Mean other) {
    double one = variance / size;
    double two = other.variance / other.size;
    double sum = one + two;
    double difference = other.mean - mean;
    if (Math.abs(difference) <= ROUNDING * Math.max(Math.abs(mean), Math.abs(other.mean))) {
      difference = 0;
    }
    if (sum == 0) {
      return new Interval(difference, difference, difference);
    }
    // By parts of the sum, whose squares do not vanish however small the variances are.
    double freedom = 1 / (square(one / sum) / (size - 1) + square(two / sum) / (other.size - 1));
    double margin = Math.sqrt(sum) * quantile(freedom);
    return new Interval(difference, difference - margin, difference + margin);
  }

  private static double square(double value) {
    return value * value;
  }

  private static double quantile(double freedom) {
    return new TDistribution(null, freedom).inverseCumulativeProbability(UPPER_TAIL);
  }
}

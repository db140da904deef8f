package dev.recount.web.statistics;

import org.apache.commons.math3.distribution.TDistribution;

/**
 * The mean of some numbers.
 *
 * @param of how many there are
 * @param mean their mean
 * @param variance their sample variance
 */
public record Mean(long of, double mean, double variance) {
  private static final double UPPER_TAIL = 1 - (1 - Share.CONFIDENCE) / 2;

  /** Whether there are enough to tell anything. */
  public boolean isKnown() {
    return of >= 2;
  }

  /** The mean with Student's interval. */
  public Interval interval() {
    double margin = Math.sqrt(variance / of) * quantile(of - 1.0);
    return new Interval(mean, mean - margin, mean + margin);
  }

  /** How much larger another mean is, with Welch's interval: variances may differ. */
  public Interval differenceTo(Mean other) {
    double one = variance / of;
    double two = other.variance / other.of;
    double sum = one + two;
    double difference = other.mean - mean;
    if (sum == 0) {
      return new Interval(difference, difference, difference);
    }
    double freedom = sum * sum / (one * one / (of - 1.0) + two * two / (other.of - 1.0));
    double margin = Math.sqrt(sum) * quantile(freedom);
    return new Interval(difference, difference - margin, difference + margin);
  }

  private static double quantile(double freedom) {
    return new TDistribution(null, freedom).inverseCumulativeProbability(UPPER_TAIL);
  }
}

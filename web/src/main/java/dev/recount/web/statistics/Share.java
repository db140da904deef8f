package dev.recount.web.statistics;

import org.apache.commons.math3.distribution.NormalDistribution;

/**
 * How many of some have a property. Those that stand for others count as often as their weight
 * says; the intervals then are as wide as those of {@code size} that stand for themselves alone.
 *
 * @param of how many there are: the sum of their weights
 * @param with how many of them have it, likewise
 * @param size how many equally weighted ones tell as much, {@link #effectiveSize}
 */
public record Share(double of, double with, double size) {
  static final double CONFIDENCE = 0.95;

  private static final double QUANTILE =
      new NormalDistribution(null, 0, 1).inverseCumulativeProbability(1 - (1 - CONFIDENCE) / 2);

  /** What sums of weights may be off by. */
  private static final double ROUNDING = 1e-9;

  /** Checks the counts. */
  public Share {
    if (!(of >= 0 && with >= 0 && with <= of * (1 + ROUNDING))) {
      throw new IllegalArgumentException(with + " of " + of);
    }
    with = Math.min(with, of);
  }

  /** Of ones that stand for themselves alone. */
  public static Share of(long of, long with) {
    return new Share(of, with, of);
  }

  /**
   * How many equally weighted ones tell as much as those with some weights do: Kish, Survey
   * Sampling (1965), section 11.7. As many as there are when all weights are the same.
   *
   * @param weights sum of the weights
   * @param squares sum of their squares
   */
  public static double effectiveSize(double weights, double squares) {
    return squares > 0 ? weights * weights / squares : 0;
  }

  /** Whether there is anything to tell. */
  public boolean isKnown() {
    return of > 0 && size > 0;
  }

  /**
   * The share with the score interval of Wilson, Journal of the American Statistical Association 22
   * (1927), pages 209 to 212, which holds for few and for none of them too.
   */
  public Interval interval() {
    double value = with / of;
    double spread = QUANTILE * QUANTILE / size;
    double middle = (value + spread / 2) / (1 + spread);
    double margin = Math.sqrt(spread * (value * (1 - value) + spread / 4)) / (1 + spread);
    // Rounding must not put the estimate outside.
    return new Interval(
        value,
        Math.max(0, Math.min(value, middle - margin)),
        Math.min(1, Math.max(value, middle + margin)));
  }

  /** How much larger another share is, with Newcombe's interval from the two of Wilson. */
  public Interval differenceTo(Share other) {
    return interval().differenceTo(other.interval());
  }
}

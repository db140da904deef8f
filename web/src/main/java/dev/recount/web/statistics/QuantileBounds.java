package dev.recount.web.statistics;

import java.util.OptionalDouble;
import org.apache.commons.math3.distribution.BinomialDistribution;

/**
 * Which of the sorted numbers bound a quantile with 95 % confidence, whatever they are distributed
 * like: how many of them are below the true quantile is binomial (Conover, Practical Nonparametric
 * Statistics, third edition, 1999, section 3.2). Of weighted numbers the bounds are those of as
 * many equally weighted ones as tell as much, as shares of the sum of weights; after Woodruff,
 * Journal of the American Statistical Association 47 (1952), pages 635 to 646.
 *
 * <p>Bounds are told as levels, so that a database can look them up: of {@code size} numbers the
 * one with the index {@code floor(level * size)}, counted from zero.
 *
 * @param low the level of the lower bound; empty where there are too few numbers for one
 * @param high the level of the upper bound, likewise
 */
public record QuantileBounds(OptionalDouble low, OptionalDouble high) {
  private static final double TAIL = (1 - Share.CONFIDENCE) / 2;

  /**
   * The bounds of a quantile.
   *
   * @param level which quantile: over 0 and under 1
   * @param effectiveSize how many numbers there are, {@link Share#effectiveSize} of weighted ones
   */
  public static QuantileBounds of(double level, double effectiveSize) {
    int size = (int) Math.min(Integer.MAX_VALUE, Math.floor(effectiveSize));
    if (size < 1) {
      return new QuantileBounds(OptionalDouble.empty(), OptionalDouble.empty());
    }
    BinomialDistribution below = new BinomialDistribution(null, size, level);
    // Ranks from 1: the largest that is above the quantile hardly ever, the smallest that is below.
    int low = below.inverseCumulativeProbability(TAIL);
    int high = below.inverseCumulativeProbability(1 - TAIL) + 1;
    return new QuantileBounds(
        low < 1 ? OptionalDouble.empty() : OptionalDouble.of(levelOf(low, size)),
        high > size ? OptionalDouble.empty() : OptionalDouble.of(levelOf(high, size)));
  }

  /** In the middle of the rank, where rounding cannot reach its neighbours. */
  private static double levelOf(int rank, int size) {
    return (rank - 0.5) / size;
  }
}

package dev.recount.web.statistics;

import org.apache.commons.math3.stat.interval.ConfidenceInterval;
import org.apache.commons.math3.stat.interval.IntervalUtils;

/**
 * How many of some have a property.
 *
 * @param of how many there are
 * @param with how many of them have it
 */
public record Share(long of, long with) {
  static final double CONFIDENCE = 0.95;

  /** Checks the counts. */
  public Share {
    if (of < 0 || with < 0 || with > of) {
      throw new IllegalArgumentException(with + " of " + of);
    }
  }

  /** Whether there is anything to tell. */
  public boolean isKnown() {
    return of > 0;
  }

  /** The share with Wilson's score interval, which holds for few and for none of them too. */
  public Interval interval() {
    ConfidenceInterval wilson =
        IntervalUtils.getWilsonScoreInterval(
            Math.toIntExact(Math.min(of, Integer.MAX_VALUE)),
            Math.toIntExact(Math.min(with, Integer.MAX_VALUE)),
            CONFIDENCE);
    double value = (double) with / of;
    // Rounding must not put the estimate outside.
    return new Interval(
        value,
        Math.max(0, Math.min(value, wilson.getLowerBound())),
        Math.min(1, Math.max(value, wilson.getUpperBound())));
  }

  /** How much larger another share is, with Newcombe's interval from the two of Wilson. */
  public Interval differenceTo(Share other) {
    Interval one = interval();
    Interval two = other.interval();
    double difference = two.value() - one.value();
    return new Interval(
        difference,
        difference - Math.hypot(two.value() - two.low(), one.high() - one.value()),
        difference + Math.hypot(two.high() - two.value(), one.value() - one.low()));
  }
}

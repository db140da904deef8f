package dev.recount.topology.alerting;

/**
 * When what is measured is bad.
 *
 * @param reference what it is held against
 * @param direction which way is bad
 * @param amount the threshold itself, or how much worse than the reference is bad, at least 0
 * @param relative whether the amount is a share of the reference
 */
record Condition(Reference reference, Direction direction, double amount, boolean relative) {
  /** What a measure is held against. */
  enum Reference {
    THRESHOLD,
    PREVIOUS_WINDOW,
    PREVIOUS_VERSION
  }

  /** Which way is bad. */
  enum Direction {
    UP,
    DOWN
  }

  /** Of rules whose every row is worth an alert. */
  static Condition anyEvent() {
    return new Condition(Reference.THRESHOLD, Direction.UP, 0, false);
  }

  static Condition above(double threshold) {
    return new Condition(Reference.THRESHOLD, Direction.UP, threshold, false);
  }

  static Condition below(double threshold) {
    return new Condition(Reference.THRESHOLD, Direction.DOWN, threshold, false);
  }

  /**
   * The value from which on it is bad.
   *
   * @param referenceValue what the reference measures; of no account where a threshold is given
   */
  double limit(double referenceValue) {
    if (reference == Reference.THRESHOLD) {
      return amount;
    }
    double change = relative ? amount * Math.abs(referenceValue) : amount;
    return direction == Direction.UP ? referenceValue + change : referenceValue - change;
  }

  /** Whether a value is beyond a limit. */
  boolean isBeyond(double value, double limit) {
    if (reference == Reference.THRESHOLD) {
      return direction == Direction.UP ? value > limit : value < limit;
    }
    return direction == Direction.UP ? value >= limit : value <= limit;
  }
}

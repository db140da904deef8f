package dev.recount.web.statistics;

/**
 * An estimate and where the truth lies with 95 % confidence.
 *
 * @param value the estimate
 * @param low lower bound
 * @param high upper bound
 */
public record Interval(double value, double low, double high) {
  /** Whether zero is outside: of a difference, that it is hardly chance. */
  public boolean excludesZero() {
    return low > 0 || high < 0;
  }

  /**
   * How much larger another estimate is, from the two intervals alone, which need not be symmetric:
   * Zou and Donner, Statistics in Medicine 27 (2008), pages 1693 to 1702. Of two shares with
   * Wilson's intervals it is the one of Newcombe, likewise 17 (1998), pages 873 to 890.
   */
  public Interval differenceTo(Interval other) {
    double difference = other.value - value;
    return new Interval(
        difference,
        difference - Math.hypot(other.value - other.low, high - value),
        difference + Math.hypot(other.high - other.value, value - low));
  }
}

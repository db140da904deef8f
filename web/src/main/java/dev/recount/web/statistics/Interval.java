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
}

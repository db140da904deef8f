package dev.recount.topology.sampling;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;

/**
 * A share of all traces.
 *
 * @param probability above 0 and up to 1
 */
record Share(BigDecimal probability) {
  static final Share ALL = new Share(BigDecimal.ONE);

  private static final BigDecimal RANGE = BigDecimal.valueOf(Randomness.RANGE);
  private static final int PERCENT_DIGITS = 2;

  /** A share such as {@code 5%} or {@code 0.05}; empty when the text is none. */
  static Optional<Share> parse(String text) {
    boolean percent = text.endsWith("%");
    String digits = percent ? text.substring(0, text.length() - 1).strip() : text;
    BigDecimal number;
    try {
      number = new BigDecimal(digits);
    } catch (NumberFormatException malformed) {
      return Optional.empty();
    }
    BigDecimal probability = percent ? number.movePointLeft(PERCENT_DIGITS) : number;
    boolean sensible =
        probability.multiply(RANGE).compareTo(BigDecimal.ONE) >= 0
            && probability.compareTo(BigDecimal.ONE) <= 0;
    return sensible ? Optional.of(new Share(probability)) : Optional.empty();
  }

  /** Randomness below which a trace is not part of the share. */
  long threshold() {
    return Randomness.RANGE
        - probability.multiply(RANGE).setScale(0, RoundingMode.HALF_UP).longValueExact();
  }

  /** How many traces one that is part of the share stands for. */
  double weight() {
    return 1 / probability.doubleValue();
  }

  /** In percent. */
  @Override
  public String toString() {
    return probability.movePointRight(PERCENT_DIGITS).stripTrailingZeros().toPlainString() + " %";
  }
}

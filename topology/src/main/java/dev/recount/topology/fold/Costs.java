package dev.recount.topology.fold;

import dev.recount.topology.convention.Fact;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** What spans say of cost. */
final class Costs {
  private static final int NANO_DIGITS = 9;
  private static final BigDecimal LARGEST = BigDecimal.valueOf(1_000_000_000);

  private Costs() {}

  /** The cost that a span states, in billionths of a US dollar; null where it states none. */
  static @Nullable Long stated(SpanNode node) {
    BigDecimal dollars = node.facts.decimal(Fact.COST);
    if (dollars == null || dollars.signum() < 0 || dollars.compareTo(LARGEST) > 0) {
      return null;
    }
    return dollars.movePointRight(NANO_DIGITS).setScale(0, RoundingMode.HALF_UP).longValueExact();
  }
}

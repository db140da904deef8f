package dev.recount.cli.oracle;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prices and context limits of the models that the generator knows, as their providers list them.
 */
final class OracleModels {
  /** US dollars per million tokens as texts, empty where there is no such price. */
  private record Model(
      String input, String output, String cacheRead, String cacheWrite, long limit) {}

  private static final Model GPT_4O = new Model("2.50", "10.00", "1.25", "", 128_000);
  private static final Model SONNET = new Model("3.00", "15.00", "0.30", "3.75", 200_000);

  /** By every name that the generator gives them: with a date, and with who serves them. */
  private static final Map<String, Model> MODELS =
      Map.of(
          "gpt-4o", GPT_4O,
          "gpt-4o-2024-08-06", GPT_4O,
          "gpt-4o-2024-05-13", new Model("5.00", "15.00", "", "", 128_000),
          "claude-sonnet-4-5", SONNET,
          "anthropic/claude-sonnet-4-5", SONNET);

  private OracleModels() {}

  static @Nullable Long limit(@Nullable String model) {
    Model known = model == null ? null : MODELS.get(model);
    return known == null ? null : known.limit();
  }

  /** Billionths of a dollar; null when the model is not known, or a price that the call takes. */
  static @Nullable Long cost(@Nullable String model, OracleTokens tokens) {
    Model known = model == null ? null : MODELS.get(model);
    Long fresh = tokens.fresh();
    if (known == null || fresh == null || tokens.output() == null) {
      return null;
    }
    BigDecimal dollars = BigDecimal.ZERO;
    Long[] counts = {fresh, tokens.cacheRead(), tokens.cacheWrite(), tokens.output()};
    String[] prices = {known.input(), known.cacheRead(), known.cacheWrite(), known.output()};
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] != null && counts[i] > 0) {
        if (prices[i].isEmpty()) {
          return null;
        }
        BigDecimal each = new BigDecimal(prices[i]).movePointLeft(6);
        dollars = dollars.add(each.multiply(BigDecimal.valueOf(counts[i])));
      }
    }
    return dollars.movePointRight(9).setScale(0, RoundingMode.HALF_UP).longValueExact();
  }
}

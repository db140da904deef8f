package dev.recount.cli.oracle;

import dev.recount.cli.oracle.Telemetry.Span;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Tokens that a span states; those that were cached are part of the input. */
record OracleTokens(
    @Nullable Long input,
    @Nullable Long output,
    @Nullable Long cacheRead,
    @Nullable Long cacheWrite,
    @Nullable Long reasoning,
    @Nullable Long total) {
  static final OracleTokens NONE = new OracleTokens(null, null, null, null, null, null);

  static OracleTokens of(Span span) {
    Long stated = span.number("gen_ai.usage.input_tokens");
    Long output = span.number("gen_ai.usage.output_tokens");
    Long read = span.number("gen_ai.usage.cache_read.input_tokens");
    Long write = span.number("gen_ai.usage.cache_creation.input_tokens");
    Long total = span.number("gen_ai.usage.total_tokens");
    long cached = orZero(read) + orZero(write);
    Long input = stated;
    if (stated != null) {
      // More cached than read, or a total that comes out only with the cached ones on top.
      boolean beside =
          cached > stated || (total != null && output != null && total == stated + output + cached);
      input = beside ? Long.valueOf(stated + cached) : stated;
    }
    if (input != null && output != null) {
      total = input + output;
    }
    return new OracleTokens(
        input, output, read, write, span.number("gen_ai.usage.reasoning.output_tokens"), total);
  }

  /** The cost that a span states, billionths of a dollar. */
  static @Nullable Long statedCost(Span span) {
    return span.attributes().get("gen_ai.usage.cost") instanceof Double dollars
        ? Long.valueOf(
            BigDecimal.valueOf(dollars)
                .movePointRight(9)
                .setScale(0, RoundingMode.HALF_UP)
                .longValueExact())
        : null;
  }

  boolean known() {
    return input != null || output != null || total != null;
  }

  @Nullable Long fresh() {
    return input == null
        ? null
        : Long.valueOf(Math.max(0, input - orZero(cacheRead) - orZero(cacheWrite)));
  }

  private static long orZero(@Nullable Long count) {
    return count == null ? 0 : count;
  }

  void put(Map<String, Object> row, @Nullable Long costNanoUsd) {
    putSums(row, List.of(this));
    putCost(row, costNanoUsd);
  }

  /** Adds up what is known. */
  static void putSums(Map<String, Object> row, List<OracleTokens> all) {
    row.put("input_tokens", sum(all, OracleTokens::input));
    row.put("output_tokens", sum(all, OracleTokens::output));
    row.put("total_tokens", sum(all, OracleTokens::total));
    row.put("fresh_input_tokens", sum(all, OracleTokens::fresh));
    row.put("cache_read_tokens", sum(all, OracleTokens::cacheRead));
    row.put("cache_write_tokens", sum(all, OracleTokens::cacheWrite));
    row.put("reasoning_tokens", sum(all, OracleTokens::reasoning));
  }

  private static Object sum(List<OracleTokens> all, Function<OracleTokens, @Nullable Long> figure) {
    List<Long> known = all.stream().map(figure).filter(Objects::nonNull).toList();
    return OracleRows.nullable(
        known.isEmpty() ? null : Long.valueOf(known.stream().mapToLong(Long::longValue).sum()));
  }

  static void putCost(Map<String, Object> row, @Nullable Long costNanoUsd) {
    row.put("cost_nano_usd", OracleRows.nullable(costNanoUsd));
    row.put("cost_usd", OracleRows.nullable(costNanoUsd == null ? null : costNanoUsd / 1e9));
  }
}

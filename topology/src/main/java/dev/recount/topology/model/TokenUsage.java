package dev.recount.topology.model;

import dev.recount.avro.Span;
import dev.recount.topology.convention.Fact;
import dev.recount.topology.convention.SpanFacts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the tokens that a span states. */
public final class TokenUsage {
  /** Instrumentations whose input leaves the cached tokens out, by the beginning of their scope. */
  private static final List<String> CACHE_EXCLUDED =
      List.of("@traceloop/instrumentation-anthropic");

  private TokenUsage() {}

  /**
   * The tokens of a span; the input with cached tokens, whether the sender includes them or not.
   */
  public static Tokens of(Span span, SpanFacts facts) {
    Long input = facts.count(Fact.INPUT_TOKENS);
    Long output = facts.count(Fact.OUTPUT_TOKENS);
    Long cacheRead = facts.count(Fact.CACHE_READ_TOKENS);
    Long cacheWrite = facts.count(Fact.CACHE_WRITE_TOKENS);
    Long stated = facts.count(Fact.TOTAL_TOKENS);
    Long cached = Tokens.sum(cacheRead, cacheWrite);
    if (input != null && cached != null && cached > 0) {
      boolean leftOut =
          cached > input || excludesCache(span) || saysSo(input, output, cached, stated);
      input = leftOut ? Long.valueOf(Tokens.saturated(input, cached)) : input;
    }
    Long total = input != null && output != null ? Tokens.sum(input, output) : stated;
    return new Tokens(
        input, output, cacheRead, cacheWrite, facts.count(Fact.REASONING_TOKENS), total);
  }

  private static boolean excludesCache(Span span) {
    String scope = span.getScopeName();
    if (scope != null && CACHE_EXCLUDED.stream().anyMatch(scope::startsWith)) {
      return true;
    }
    // The AI SDK passed on what Anthropic counts, until it began to tell the parts of the input.
    return String.valueOf(span.getAttributes().get("ai.model.provider")).startsWith("anthropic")
        && !span.getAttributes().containsKey("ai.usage.inputTokenDetails.cacheReadTokens");
  }

  /** The total tells whether the cached tokens are among the input or beside it. */
  private static boolean saysSo(
      long input, @Nullable Long output, long cached, @Nullable Long total) {
    return output != null && total != null && total == input + output + cached;
  }
}

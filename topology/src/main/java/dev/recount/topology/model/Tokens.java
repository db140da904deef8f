package dev.recount.topology.model;

import org.jspecify.annotations.Nullable;

/**
 * Tokens of one call of a model; each null when it is not known.
 *
 * @param input tokens read, cached ones included
 * @param output tokens written, those of reasoning included
 * @param cacheRead part of the input that came from the provider's cache
 * @param cacheWrite part of the input that went into it
 * @param reasoning part of the output that was reasoning
 * @param total tokens read and written
 */
public record Tokens(
    @Nullable Long input,
    @Nullable Long output,
    @Nullable Long cacheRead,
    @Nullable Long cacheWrite,
    @Nullable Long reasoning,
    @Nullable Long total) {

  /** Nothing is known. */
  public static final Tokens UNKNOWN = new Tokens(null, null, null, null, null, null);

  /** Whether nothing is known. */
  public boolean unknown() {
    return input == null && output == null && total == null;
  }

  /** The part of the input that has to do with no cache; null when the input is not known. */
  public @Nullable Long fresh() {
    return input == null ? null : Math.max(0, input - orZero(cacheRead) - orZero(cacheWrite));
  }

  /** A sum for which what is not known counts for nothing; null when neither is known. */
  public static @Nullable Long sum(@Nullable Long one, @Nullable Long other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return saturated(one, other);
  }

  static long saturated(long one, long other) {
    long sum = one + other;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  private static long orZero(@Nullable Long number) {
    return number == null ? 0 : number;
  }
}

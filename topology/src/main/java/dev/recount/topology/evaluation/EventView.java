package dev.recount.topology.evaluation;

import dev.recount.avro.DecisionKind;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A single event as it comes in, before anything else of its trace is looked at.
 *
 * @param kind what kind of decision it tells of; null when it tells of none
 * @param toolName tool that is called; null for other steps
 * @param arguments arguments of the call as JSON, read when asked for; empty when not recorded
 * @param confidence from 0 to 1; null when it is not stated
 * @param contextTokens tokens in the context window; null when it is not stated
 * @param contextLimit tokens that the window can hold; null when it is not stated
 * @param asksFor whether a model call asks for something that is spelled like this, such as a tool
 */
public record EventView(
    @Nullable DecisionKind kind,
    @Nullable String toolName,
    Supplier<String> arguments,
    @Nullable Double confidence,
    @Nullable Long contextTokens,
    @Nullable Long contextLimit,
    Predicate<String> asksFor) {

  /** A context window alone. */
  public static EventView ofContext(@Nullable Long tokens, @Nullable Long limit) {
    return new EventView(null, null, () -> "", null, tokens, limit, any -> false);
  }
}

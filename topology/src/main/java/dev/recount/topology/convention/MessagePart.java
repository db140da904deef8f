package dev.recount.topology.convention;

import org.jspecify.annotations.Nullable;

/** One part of a {@link ChatMessage}. */
public sealed interface MessagePart {

  /** What somebody said. */
  record Text(String text) implements MessagePart {}

  /** What a model thought before it spoke, as far as it shows it. */
  record Reasoning(String text) implements MessagePart {}

  /**
   * A tool call that a model asked for.
   *
   * @param id tool call ID, as given by the model; not unique; null when the convention has none
   * @param name name of the tool; empty when nobody says
   * @param arguments canonical JSON, or text that is none; null when they were not recorded
   */
  record ToolCall(@Nullable String id, String name, @Nullable String arguments)
      implements MessagePart {}

  /**
   * What a tool answered.
   *
   * @param id ID of the call that it answers; null when the convention has none
   * @param name name of the tool; null when the answer does not repeat it
   * @param result the tool's own words, or canonical JSON; null when it was not recorded
   * @param error whether the answer says of itself that the call failed
   */
  record ToolResult(
      @Nullable String id, @Nullable String name, @Nullable String result, boolean error)
      implements MessagePart {}

  /**
   * Anything else: an image, a file, a citation.
   *
   * @param type what the sender calls it; empty when it does not say
   * @param json canonical JSON of the part
   */
  record Other(String type, String json) implements MessagePart {}
}

package dev.recount.topology.convention;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message of a conversation with a model, in one shape for all conventions.
 *
 * @param role system, user, assistant or tool; any other role as the sender spells it, in lower
 *     case
 * @param parts in their order; unmodifiable
 */
public record ChatMessage(String role, List<MessagePart> parts) {
  public static final String SYSTEM = "system";
  public static final String USER = "user";
  public static final String ASSISTANT = "assistant";
  public static final String TOOL = "tool";

  /** Makes the list of parts unmodifiable. */
  public ChatMessage {
    parts = List.copyOf(parts);
  }

  /** A message of one text. */
  static ChatMessage text(String role, String text) {
    return new ChatMessage(role, List.of(new MessagePart.Text(text)));
  }

  /**
   * The message as JSON in the shape of OpenTelemetry's newest convention, with keys in order:
   * {@code {"parts":[…],"role":"…"}}. Messages that say the same are equal text, whichever call and
   * convention tells them.
   */
  public String canonicalJson() {
    StringBuilder json = new StringBuilder("{\"parts\":[");
    for (int i = 0; i < parts.size(); i++) {
      if (i > 0) {
        json.append(',');
      }
      write(parts.get(i), json);
    }
    json.append("],\"role\":");
    Json.writeText(role, json);
    return json.append('}').toString();
  }

  /** The bytes of {@link #canonicalJson()} in UTF-8: what the message is addressed by. */
  public byte[] canonicalBytes() {
    return canonicalJson().getBytes(StandardCharsets.UTF_8);
  }

  private static void write(MessagePart part, StringBuilder json) {
    if (part instanceof MessagePart.Text text) {
      writeContent(text.text(), "text", json);
    } else if (part instanceof MessagePart.Reasoning reasoning) {
      writeContent(reasoning.text(), "reasoning", json);
    } else if (part instanceof MessagePart.ToolCall call) {
      json.append("{\"arguments\":");
      writeJson(call.arguments(), json);
      json.append(",\"id\":");
      writeOptional(call.id(), json);
      json.append(",\"name\":");
      Json.writeText(call.name(), json);
      json.append(",\"type\":\"tool_call\"}");
    } else if (part instanceof MessagePart.ToolResult result) {
      json.append("{\"id\":");
      writeOptional(result.id(), json);
      json.append(",\"response\":");
      writeOptional(result.result(), json);
      json.append(",\"type\":\"tool_call_response\"}");
    } else if (part instanceof MessagePart.Other other) {
      json.append(other.json());
    }
  }

  private static void writeContent(String content, String type, StringBuilder json) {
    json.append("{\"content\":");
    Json.writeText(content, json);
    json.append(",\"type\":\"").append(type).append("\"}");
  }

  /** Arguments are canonical already where they are JSON. */
  private static void writeJson(@Nullable String arguments, StringBuilder json) {
    if (arguments != null && Json.parseContainer(arguments) != null) {
      json.append(arguments);
    } else {
      writeOptional(arguments, json);
    }
  }

  private static void writeOptional(@Nullable String text, StringBuilder json) {
    if (text == null) {
      json.append("null");
    } else {
      Json.writeText(text, json);
    }
  }
}

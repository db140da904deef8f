package dev.recount.connectors.importing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * Messages as the GenAI conventions write them.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/">GenAI spans</a>
 */
final class GenAiMessages {
  private static final ObjectMapper JSON = new ObjectMapper();

  private GenAiMessages() {}

  /** One element of {@code gen_ai.input.messages}. */
  static String input(RecordedMessage message) {
    return message(message).toString();
  }

  /** {@code gen_ai.output.messages} of an answer. */
  static String output(RecordedMessage message) {
    return JSON.createArrayNode()
        .add(
            message(message)
                .put("finish_reason", message.toolCalls().isEmpty() ? "stop" : "tool_call"))
        .toString();
  }

  /** {@code gen_ai.system_instructions}. */
  static String instructions(List<RecordedMessage> messages) {
    ArrayNode parts = JSON.createArrayNode();
    messages.forEach(message -> text(parts, message.text()));
    return parts.toString();
  }

  /** {@code gen_ai.tool.definitions}, as far as names go. */
  static String toolDefinitions(Collection<String> names) {
    ArrayNode definitions = JSON.createArrayNode();
    names.forEach(name -> definitions.addObject().put("type", "function").put("name", name));
    return definitions.toString();
  }

  private static ObjectNode message(RecordedMessage message) {
    ObjectNode node = JSON.createObjectNode();
    node.put("role", message.role().name().toLowerCase(Locale.ROOT));
    ArrayNode parts = node.putArray("parts");
    if (message.role() == RecordedMessage.Role.TOOL) {
      parts
          .addObject()
          .put("type", "tool_call_response")
          .put("id", message.toolCallId())
          .put("response", message.text());
      return node;
    }
    if (!message.text().isEmpty()) {
      text(parts, message.text());
    }
    for (RecordedToolCall call : message.toolCalls()) {
      parts
          .addObject()
          .put("type", "tool_call")
          .put("id", call.id())
          .put("name", call.name())
          .set("arguments", arguments(call.arguments()));
    }
    return node;
  }

  private static void text(ArrayNode parts, String content) {
    parts.addObject().put("type", "text").put("content", content);
  }

  /** The object that the conventions ask for, or the text where the model wrote no JSON. */
  private static JsonNode arguments(String arguments) {
    try {
      JsonNode parsed = JSON.readTree(arguments);
      return parsed.isObject() ? parsed : JSON.getNodeFactory().textNode(arguments);
    } catch (JsonProcessingException notJson) {
      return JSON.getNodeFactory().textNode(arguments);
    }
  }
}

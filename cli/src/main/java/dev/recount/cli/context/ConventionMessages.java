package dev.recount.cli.context;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages in the shape of the GenAI conventions, {@code {"role", "parts": […]}}, as chat
 * completion APIs take them.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/">GenAI spans</a>
 */
final class ConventionMessages {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final ArrayNode content = NODES.arrayNode();
  private final ArrayNode calls = NODES.arrayNode();
  private final StringBuilder reasoning = new StringBuilder();
  private final List<ObjectNode> results = new ArrayList<>();

  private ConventionMessages() {}

  /** The messages that one message is: results of tools are a message each. */
  static List<ObjectNode> messages(JsonNode message) {
    ConventionMessages parts = new ConventionMessages();
    message.path("parts").forEach(parts::add);
    return parts.messages(message.path("role").asText());
  }

  private void add(JsonNode part) {
    switch (part.path("type").asText()) {
      case "text" -> content.addObject().put("type", "text").set("text", part.path("content"));
      case "reasoning" -> reasoning.append(part.path("content").asText());
      case "tool_call" -> addCall(part);
      case "tool_call_response" -> {
        ObjectNode result = NODES.objectNode().put("role", "tool");
        result.set("tool_call_id", part.path("id"));
        results.add(result.put("content", text(part.path("response"))));
      }
      case "blob" ->
          addImage(
              "data:"
                  + part.path("mime_type").asText()
                  + ";base64,"
                  + part.path("content").asText());
      case "uri" -> addImage(part.path("uri").asText());
      default -> content.add(part);
    }
  }

  private void addCall(JsonNode part) {
    ObjectNode call = calls.addObject();
    call.set("id", part.path("id"));
    call.put("type", "function");
    call.putObject("function")
        .put("name", part.path("name").asText())
        .put("arguments", text(part.path("arguments")));
  }

  private void addImage(String url) {
    content.addObject().put("type", "image_url").putObject("image_url").put("url", url);
  }

  /** Text as it is, anything else as JSON; empty for nothing. */
  private static String text(JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return "";
    }
    return value.isTextual() ? value.textValue() : value.toString();
  }

  private List<ObjectNode> messages(String role) {
    List<ObjectNode> messages = new ArrayList<>(results);
    if (!results.isEmpty() && content.isEmpty() && calls.isEmpty()) {
      return messages;
    }
    ObjectNode message = NODES.objectNode().put("role", role);
    message.set("content", content());
    if (reasoning.length() > 0) {
      // OpenAI shows no reasoning; those that do and take it back call it this.
      message.put("reasoning_content", reasoning.toString());
    }
    if (!calls.isEmpty()) {
      message.set("tool_calls", calls);
    }
    messages.add(message);
    return messages;
  }

  /** One text as such, which every API takes; several parts as a list; null for calls alone. */
  private JsonNode content() {
    if (content.isEmpty()) {
      return calls.isEmpty() ? NODES.textNode("") : NODES.nullNode();
    }
    boolean single = content.size() == 1 && content.get(0).path("type").asText().equals("text");
    return single ? content.get(0).path("text") : content;
  }
}

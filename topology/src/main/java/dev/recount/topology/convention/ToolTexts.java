package dev.recount.topology.convention;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** Arguments and results of tools, freed of what frameworks wrap around them. */
public final class ToolTexts {
  private ToolTexts() {}

  /** Canonical arguments; null when none were recorded. */
  static @Nullable String arguments(JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    JsonNode value = unwrapped(Json.unquoted(node));
    if (value.isTextual()) {
      String text = value.textValue().strip();
      return text.isEmpty() ? "{}" : text;
    }
    return Json.canonical(value);
  }

  /** Canonical arguments of an attribute's value; null when none were recorded. */
  public static @Nullable String arguments(@Nullable Object attribute) {
    return arguments(Json.ofAttribute(attribute));
  }

  /** What a decorator recorded as positional and named arguments, where there is only one kind. */
  private static JsonNode unwrapped(JsonNode value) {
    if (!value.isObject()) {
      return value;
    }
    JsonNode positional = value.path("args");
    JsonNode named = value.path("kwargs");
    boolean wrapped = value.size() == 2 && positional.isArray() && named.isObject();
    wrapped |= value.size() == 1 && (positional.isArray() || named.isObject());
    if (!wrapped) {
      return value;
    }
    if (positional.isEmpty() && named.isObject()) {
      return named;
    }
    if (positional.size() == 1 && named.isEmpty()) {
      JsonNode only = Json.unquoted(positional.get(0));
      return only.isContainerNode() ? only : value;
    }
    return value;
  }

  /** What a tool said: its own words where it said words, canonical JSON otherwise. */
  static @Nullable String result(JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    JsonNode value = output(Json.unquoted(node));
    String words = words(value);
    if (words != null) {
      JsonNode structured = Json.parseContainer(words);
      return structured == null ? words : Json.canonical(structured);
    }
    return Json.text(value);
  }

  /** What a tool said, by an attribute's value; null when it was not recorded. */
  public static @Nullable String result(@Nullable Object attribute) {
    return result(Json.ofAttribute(attribute));
  }

  /** The Vercel AI SDK, LangChain and MCP say what kind of output it is. */
  private static JsonNode output(JsonNode value) {
    if (!value.isObject()) {
      return value;
    }
    if (value.size() == 2 && value.path("type").isTextual() && value.has("value")) {
      return value.path("value");
    }
    JsonNode message = value.path("kwargs");
    if (value.has("lc") && message.has("content")) {
      return message.path("content");
    }
    boolean toolMessage = "tool".equals(value.path("type").asText()) || value.has("tool_call_id");
    if (toolMessage && value.has("content")) {
      return value.path("content");
    }
    boolean mcp = value.path("content").isArray() && (value.size() == 1 || value.has("isError"));
    return mcp ? value.path("content") : value;
  }

  /** The texts of a content that is texts only; null for anything else. */
  private static @Nullable String words(JsonNode value) {
    if (!value.isArray() || value.isEmpty()) {
      return null;
    }
    StringBuilder words = new StringBuilder();
    for (JsonNode element : value) {
      JsonNode text = element.path("text");
      boolean onlyText = text.isTextual() && (element.size() == 1 || element.has("type"));
      if (!onlyText) {
        return null;
      }
      words.append(words.isEmpty() ? "" : "\n").append(text.textValue());
    }
    return words.toString();
  }

  /** Whether a tool's output says of itself that it is an error. */
  static boolean isErrorOutput(JsonNode node) {
    JsonNode value = Json.unquoted(node);
    return value.isObject()
        && (value.path("isError").asBoolean(false)
            || value.path("is_error").asBoolean(false)
            || value.path("type").asText("").startsWith("error-")
            || "error".equals(value.path("status").asText("")) && value.has("tool_call_id")
            || "error".equals(value.path("kwargs").path("status").asText("")));
  }
}

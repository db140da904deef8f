package dev.recount.topology.convention;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import org.jspecify.annotations.Nullable;

/** Arguments and results of tools, freed of what frameworks wrap around them. */
public final class ToolTexts {
  /** How frameworks begin what they tell a model about a call that failed. */
  private static final String[] ERROR_BEGINNINGS = {
    "Error:",
    "Error executing tool",
    "Error running tool",
    "Error invoking tool",
    "Error calling tool",
    "An error occurred while running the tool",
    "An error occurred while executing the tool",
    "ToolException",
    "Tool execution failed",
    "Traceback (most recent call last)"
  };

  /** A longer object is a result that happens to have a field of that name. */
  private static final int LONGEST_ERROR = 4096;

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

  /**
   * Canonical arguments of an attribute's value; null when none were recorded, as where the
   * attribute holds the tool's schema instead.
   */
  public static @Nullable String arguments(@Nullable Object attribute) {
    JsonNode node = Json.ofAttribute(attribute);
    boolean schema =
        node.path("properties").isObject() && "object".equals(node.path("type").asText());
    return schema ? null : arguments(node);
  }

  /** What a decorator recorded as positional and named arguments, where there is only one kind. */
  private static JsonNode unwrapped(JsonNode value) {
    if (!value.isObject()) {
      return value;
    }
    if (value.has("tool_name") && value.path("arguments").isObject() && value.size() == 2) {
      return value.path("arguments");
    }
    if (value.has("input_str") && value.path("inputs").isObject()) {
      return value.path("inputs");
    }
    JsonNode positional = value.path("args");
    JsonNode named = value.path("kwargs");
    // One framework adds a switch of its own.
    int fields = value.size() - (value.has("sanitize_inputs_outputs") ? 1 : 0);
    boolean wrapped = fields == 2 && positional.isArray() && named.isObject();
    wrapped |= fields == 1 && (positional.isArray() || named.isObject());
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
    JsonNode value = output(unquoted(node));
    String words = words(value);
    if (words == null && value.isTextual()) {
      words = value.textValue();
    }
    if (words != null) {
      JsonNode structured = Json.parseContainer(words);
      return structured == null ? words : Json.canonical(structured);
    }
    return Json.text(value);
  }

  /** Some senders quote what was text already. */
  private static JsonNode unquoted(JsonNode node) {
    if (node.isTextual()
        && node.textValue().length() > 1
        && node.textValue().startsWith("\"")
        && node.textValue().endsWith("\"")) {
      JsonNode text = Json.parse(node.textValue());
      if (text != null && text.isTextual()) {
        return Json.unquoted(text);
      }
    }
    return Json.unquoted(node);
  }

  /** What a tool said, by an attribute's value; null when it was not recorded. */
  public static @Nullable String result(@Nullable Object attribute) {
    return result(Json.ofAttribute(attribute));
  }

  /** The Vercel AI SDK, LangChain, LangSmith and MCP say what kind of output it is. */
  private static JsonNode output(JsonNode value) {
    JsonNode message = toolMessage(value);
    if (message != null) {
      return Json.unquoted(message.path("content"));
    }
    if (!value.isObject()) {
      return value;
    }
    if (value.size() == 2 && value.path("type").isTextual() && value.has("value")) {
      return value.path("value");
    }
    // A text among structured results is wrapped, and so is any result of one SDK.
    JsonNode wrapped = Json.first(value, "result", "outputs");
    boolean text = wrapped.isTextual() && value.size() == (value.has("is_error") ? 2 : 1);
    if (text || value.size() == 1 && value.has("outputs")) {
      return unquoted(wrapped);
    }
    boolean mcp = value.path("content").isArray() && (value.size() == 1 || value.has("isError"));
    return mcp ? value.path("content") : value;
  }

  /**
   * LangChain's message around a tool's output, as it is or serialised; null where there is none.
   */
  private static @Nullable JsonNode toolMessage(JsonNode given) {
    JsonNode value = given.path("output").isObject() ? given.path("output") : given;
    JsonNode message = value.path("kwargs").isObject() ? value.path("kwargs") : value;
    return message.path("tool_call_id").isTextual() && message.has("content") ? message : null;
  }

  /** The call that a tool's output says it answers; null when it does not say. */
  static @Nullable String answeredCall(JsonNode node) {
    JsonNode message = toolMessage(Json.unquoted(node));
    return message == null ? null : Json.text(message.path("tool_call_id"));
  }

  /** The tool that an output says it is of; null when it does not say. */
  static @Nullable String answeringTool(JsonNode node) {
    JsonNode message = toolMessage(Json.unquoted(node));
    return message == null ? null : Json.text(message.path("name"));
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
    JsonNode message = toolMessage(value);
    if (message != null && "error".equals(message.path("status").asText())) {
      return true;
    }
    return value.isObject()
        && (value.path("isError").asBoolean(false)
            || value.path("is_error").asBoolean(false)
            || value.path("type").asText("").startsWith("error-"));
  }

  /**
   * Whether a result is the report of an error and nothing else, as frameworks give it back to the
   * model in place of a result.
   */
  public static boolean readsAsError(@Nullable String result) {
    if (result == null || result.isEmpty()) {
      return false;
    }
    for (String beginning : ERROR_BEGINNINGS) {
      if (result.regionMatches(true, 0, beginning, 0, beginning.length())) {
        return true;
      }
    }
    if (result.charAt(0) == '{' && result.length() <= LONGEST_ERROR) {
      JsonNode object = Json.parseContainer(result);
      JsonNode error = object == null ? MissingNode.getInstance() : object.path("error");
      return object != null
          && object.size() <= 3
          && (error.isTextual() && !error.textValue().isEmpty()
              || error.isObject()
              || error.isBoolean() && error.booleanValue());
    }
    return false;
  }

  /** The message of a result that {@linkplain #readsAsError reads as an error}. */
  public static String errorMessage(String result) {
    JsonNode object = result.charAt(0) == '{' ? Json.parseContainer(result) : null;
    if (object != null) {
      JsonNode error = object.path("error");
      JsonNode message = error.isTextual() ? error : Json.first(error, "message");
      if (message.isMissingNode()) {
        message = Json.first(object, "message");
      }
      String text = Json.text(message);
      return text == null ? result : text;
    }
    boolean plain = result.regionMatches(true, 0, "error:", 0, "error:".length());
    return plain ? result.substring("error:".length()).strip() : result;
  }
}

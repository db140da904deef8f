package dev.recount.topology.convention;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a message, as OpenTelemetry, OpenAI (chat and responses), Anthropic, Bedrock,
 * Gemini, LangChain and the Vercel AI SDK write them. No vendor's type names clash with another's,
 * so one reader does for all.
 */
final class MessageParts {
  private static final String[] CALL_ID = {
    "id", "toolCallId", "call_id", "tool_call_id", "toolUseId"
  };
  private static final String[] ANSWERED_ID = {
    "id", "tool_use_id", "toolUseId", "toolCallId", "tool_call_id", "call_id"
  };
  private static final String[] NAME = {"name", "toolName", "tool_name"};
  private static final String[] ARGUMENTS = {"arguments", "input", "args", "parameters"};
  private static final String[] RESULT = {
    "response", "result", "output", "content", "error", "errorText"
  };

  private MessageParts() {}

  /** Whether a node says by its type or its fields that it is a part of a message. */
  static boolean isPart(JsonNode node) {
    return node.isObject() && read(node) != null;
  }

  /** Adds the parts that a message's content is: a text, a part, or an array of them. */
  static void addContent(JsonNode content, List<MessagePart> parts) {
    if (content.isMissingNode() || content.isNull()) {
      return;
    }
    JsonNode structured = partsInText(content);
    if (structured.isArray()) {
      for (JsonNode element : structured) {
        add(element, parts);
      }
    } else {
      add(structured, parts);
    }
  }

  /** Parts that a sender flattened to a JSON text; any other text stays what it is. */
  private static JsonNode partsInText(JsonNode content) {
    if (!content.isTextual() || !content.textValue().startsWith("[{")) {
      return content;
    }
    JsonNode array = Json.unquoted(content);
    if (!array.isArray()) {
      return content;
    }
    for (JsonNode element : array) {
      if (!isPart(element)) {
        return content;
      }
    }
    return array;
  }

  private static void add(JsonNode node, List<MessagePart> parts) {
    JsonNode wrapped = Json.first(node, "message_content", "tool_call");
    JsonNode part = wrapped.isObject() && !node.has("type") ? wrapped : node;
    if (part.isTextual()) {
      if (!part.textValue().isEmpty()) {
        parts.add(new MessagePart.Text(part.textValue()));
      }
      return;
    }
    MessagePart known = part.isObject() ? read(part) : null;
    if (known instanceof MessagePart.Text text && text.text().isEmpty()) {
      return;
    }
    parts.add(
        known != null
            ? known
            : new MessagePart.Other(part.path("type").asText(""), Json.canonical(part)));
  }

  private static @Nullable MessagePart read(JsonNode part) {
    JsonNode type = part.get("type");
    if (type == null || !type.isTextual()) {
      return readUntyped(part);
    }
    return switch (type.textValue().toLowerCase(Locale.ROOT).replace('-', '_')) {
      case "text", "input_text", "output_text" ->
          new MessagePart.Text(asText(Json.first(part, "content", "text")));
      case "reasoning", "thinking", "reasoning_text" ->
          new MessagePart.Reasoning(
              reasoning(firstFilled(part, "content", "text", "thinking", "summary")));
      case "tool_call",
          "tool_use",
          "function_call",
          "function",
          "custom_tool_call",
          "server_tool_call",
          "server_tool_use",
          "mcp_tool_use" ->
          call(part);
      case "tool_call_response",
          "tool_result",
          "tool_response",
          "function_call_output",
          "custom_tool_call_output",
          "server_tool_call_response",
          "mcp_tool_result",
          "web_search_tool_result",
          "web_fetch_tool_result",
          "code_execution_tool_result" ->
          result(part, false);
      case "tool_error" -> result(part, true);
      case "image",
          "image_url",
          "input_image",
          "file",
          "input_file",
          "audio",
          "input_audio",
          "document",
          "blob",
          "uri",
          "redacted_thinking",
          "refusal" ->
          new MessagePart.Other(type.textValue(), Json.canonical(part));
      default -> null;
    };
  }

  /** Gemini and Bedrock name the field after what it holds. */
  private static @Nullable MessagePart readUntyped(JsonNode part) {
    JsonNode call = Json.first(part, "functionCall", "function_call", "toolUse");
    if (call.isObject()) {
      return call(call);
    }
    JsonNode result = Json.first(part, "functionResponse", "function_response", "toolResult");
    if (result.isObject()) {
      return result(result, false);
    }
    JsonNode reasoning = part.path("reasoningContent").path("reasoningText").path("text");
    if (reasoning.isTextual()) {
      return new MessagePart.Reasoning(reasoning.textValue());
    }
    if (part.path("text").isTextual() && !part.has("role") && !part.has("message")) {
      return part.path("thought").asBoolean(false)
          ? new MessagePart.Reasoning(part.path("text").textValue())
          : new MessagePart.Text(part.path("text").textValue());
    }
    return null;
  }

  /** A tool call, whichever vendor's fields it has. */
  static MessagePart.ToolCall call(JsonNode node) {
    JsonNode wrapped = node.path("tool_call");
    JsonNode call = wrapped.isObject() ? wrapped : node;
    JsonNode function = call.path("function").isObject() ? call.path("function") : call;
    // OpenAI's responses have an ID for the item, and another for the call.
    JsonNode id = call.hasNonNull("call_id") ? call.path("call_id") : Json.first(call, CALL_ID);
    return new MessagePart.ToolCall(
        emptyToNull(Json.text(id)),
        asText(Json.first(function, NAME)),
        ToolTexts.arguments(Json.first(function, ARGUMENTS)));
  }

  private static MessagePart.ToolResult result(JsonNode node, boolean failed) {
    JsonNode id = node.hasNonNull("call_id") ? node.path("call_id") : Json.first(node, ANSWERED_ID);
    JsonNode said = Json.first(node, RESULT);
    boolean error =
        failed
            || node.path("is_error").asBoolean(false)
            || node.path("isError").asBoolean(false)
            || "error".equalsIgnoreCase(node.path("status").asText(""))
            || node.hasNonNull("errorText")
            || ToolTexts.isErrorOutput(said);
    return new MessagePart.ToolResult(
        emptyToNull(Json.text(id)),
        emptyToNull(Json.text(Json.first(node, NAME))),
        ToolTexts.result(said),
        error);
  }

  /** Who keeps its thoughts back sends none of them, and a summary. */
  private static JsonNode firstFilled(JsonNode part, String... fields) {
    for (String field : fields) {
      JsonNode value = part.path(field);
      if (!value.isEmpty() || (value.isTextual() && !value.textValue().isEmpty())) {
        return value;
      }
    }
    return MissingNode.getInstance();
  }

  /** Reasoning as a text, or as an array of texts and of objects with one. */
  static String reasoning(JsonNode node) {
    if (!node.isArray()) {
      return asText(node);
    }
    StringBuilder text = new StringBuilder();
    for (JsonNode element : node) {
      String said = asText(element.isObject() ? Json.first(element, "text", "content") : element);
      if (!said.isEmpty()) {
        text.append(text.isEmpty() ? "" : "\n").append(said);
      }
    }
    return text.toString();
  }

  static String asText(JsonNode node) {
    String text = Json.text(node);
    return text == null ? "" : text;
  }

  static @Nullable String emptyToNull(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }

  /** Parts of a message that is an array of content and nothing else. */
  static List<MessagePart> of(JsonNode content) {
    List<MessagePart> parts = new ArrayList<>();
    addContent(content, parts);
    return parts;
  }
}

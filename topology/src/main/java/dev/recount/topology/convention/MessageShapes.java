package dev.recount.topology.convention;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Messages in whatever JSON a sender put them: a list of messages, a request or a response of a
 * vendor's API, LangChain's serialised objects, plain text.
 */
final class MessageShapes {
  /** Fields of requests and responses that hold messages, and nothing else does. */
  private static final String[] LISTS = {"messages", "contents", "choices", "candidates"};

  /** Fields that hold messages or the one text that stands for them. */
  private static final String[] TEXTS = {
    "input",
    "prompt",
    "question",
    "query",
    "output",
    "response",
    "outputs",
    "inputs",
    "completion",
    "text"
  };

  private MessageShapes() {}

  /** What one attribute or event holds. */
  static final class Found {
    final List<ChatMessage> messages = new ArrayList<>();
    final List<ChatMessage> system = new ArrayList<>();
    final ArrayNode tools = JsonNodeFactory.instance.arrayNode();
  }

  /** Reads messages; where nobody says whose they are, they are the given role's. */
  static Found read(JsonNode node, String role) {
    Found found = new Found();
    addAll(node, role, found);
    return found;
  }

  private static void addAll(JsonNode given, String role, Found found) {
    JsonNode node = given.isTextual() ? Json.unquoted(given) : given;
    if (node.isMissingNode() || node.isNull()) {
      return;
    }
    if (node.isArray()) {
      addArray(node, role, found);
    } else if (node.isObject()) {
      addObject(node, role, found);
    } else {
      // As it was given: a number in a text is a text.
      String text = given.isTextual() ? given.textValue() : Json.text(node);
      if (text != null && !text.isEmpty()) {
        found.messages.add(ChatMessage.text(role, text));
      }
    }
  }

  private static void addArray(JsonNode array, String role, Found found) {
    boolean onlyParts = !array.isEmpty();
    for (JsonNode element : array) {
      // A call without a message around it stands for itself in OpenAI's responses.
      onlyParts &= MessageParts.isPart(element) && !isItem(element) && !element.has("role");
    }
    if (onlyParts) {
      addMessage(role, MessageParts.of(array), found);
      return;
    }
    for (JsonNode element : array) {
      addAll(element, role, found);
    }
  }

  /** An item of OpenAI's responses: a part that is a message of its own. */
  private static boolean isItem(JsonNode node) {
    String type = node.path("type").asText("");
    return node.has("call_id")
        || type.equals("function_call_output")
        || (type.equals("reasoning") && node.has("summary"));
  }

  private static void addObject(JsonNode node, String role, Found found) {
    JsonNode wrapped = node.has("role") ? MissingNode.getInstance() : wrapped(node);
    if (!wrapped.isMissingNode()) {
      addAll(wrapped, role, found);
      return;
    }
    if (isItem(node) && MessageParts.isPart(node)) {
      addMessage(roleOfPart(node, role), MessageParts.of(node), found);
      return;
    }
    if (isMessage(node)) {
      addMessage(node, role, found);
      return;
    }
    JsonNode settings = node.path("config").isObject() ? node.path("config") : node;
    JsonNode system =
        Json.first(settings, "system", "instructions", "systemInstruction", "system_instruction");
    if (!system.isMissingNode()) {
      JsonNode content = system.has("parts") ? system.path("parts") : system;
      found.system.addAll(read(content, ChatMessage.SYSTEM).messages);
    }
    JsonNode tools = Json.first(settings, "tools", "functions");
    if (tools.isArray()) {
      tools.forEach(found.tools::add);
    }
    JsonNode list = Json.first(node, LISTS);
    if (list.isMissingNode()) {
      // LangChain: one list of generations for each prompt.
      list = Json.first(node, "generations");
    }
    if (list.isMissingNode()) {
      list = Json.first(node, TEXTS);
    }
    if (!list.isMissingNode()) {
      addAll(list, role, found);
    } else if (MessageParts.isPart(node)) {
      addMessage(role, MessageParts.of(node), found);
    } else if (node.has("content") && !node.path("content").isNull()) {
      addAll(node.path("content"), role, found);
    } else if (system.isMissingNode() && tools.isMissingNode()) {
      addMessage(role, List.of(new MessagePart.Text(Json.canonical(node))), found);
    }
  }

  /** The message within a choice; in some versions the calls stand beside it. */
  private static JsonNode wrapped(JsonNode node) {
    JsonNode wrapped = Json.unquoted(Json.first(node, "message", "delta"));
    JsonNode calls = node.path("tool_calls");
    if (wrapped.isObject() && !wrapped.has("tool_calls") && !calls.isMissingNode()) {
      ObjectNode together = ((ObjectNode) node).objectNode();
      together.setAll((ObjectNode) wrapped);
      together.set("tool_calls", calls);
      return together;
    }
    return wrapped;
  }

  private static String roleOfPart(JsonNode part, String role) {
    String type = part.path("type").asText("");
    return switch (type) {
      case "function_call", "custom_tool_call", "reasoning" -> ChatMessage.ASSISTANT;
      case "function_call_output", "custom_tool_call_output" -> ChatMessage.TOOL;
      default -> role;
    };
  }

  private static boolean isMessage(JsonNode node) {
    return node.path("role").isTextual()
        || isSerialised(node)
        || (roleOf(node.path("type").asText("")) != null
            && (node.has("content") || node.has("data")))
        || node.path("tool_calls").isArray()
        || node.path("toolCalls").isArray();
  }

  /** LangChain's serialised form: the class in "id", the fields in "kwargs". */
  private static boolean isSerialised(JsonNode node) {
    return node.path("kwargs").isObject()
        && node.path("id").isArray()
        && node.path("kwargs").has("content");
  }

  private static void addMessage(JsonNode given, String byDefault, Found found) {
    JsonNode node = given;
    String role = given.path("role").asText("");
    if (isSerialised(given)) {
      JsonNode type = given.path("id");
      role = type.get(type.size() - 1).asText("").replaceAll("Message(Chunk)?$", "");
      node = given.path("kwargs");
    } else if (role.isEmpty()) {
      role = given.path("type").asText("");
      node = given.path("data").isObject() ? given.path("data") : given;
    }
    String known = roleOf(role);
    String finalRole =
        known != null ? known : role.isEmpty() ? byDefault : role.toLowerCase(Locale.ROOT);
    List<MessagePart> parts = new ArrayList<>();
    addReasoning(node, parts);
    JsonNode content = Json.first(node, "parts", "content", "contents", "text");
    if (finalRole.equals(ChatMessage.TOOL) && isDefinition(content)) {
      found.tools.add(content);
      return;
    }
    if (finalRole.equals(ChatMessage.TOOL) && !holdsResults(content)) {
      parts.add(answer(node, content));
    } else {
      MessageParts.addContent(unwrapContent(content), parts);
    }
    addCalls(node, parts);
    addMessage(finalRole, parts, found);
  }

  /** What a role is called elsewhere; null for what is no role that anybody uses. */
  private static @Nullable String roleOf(String role) {
    return switch (role.toLowerCase(Locale.ROOT)) {
      case "system", "developer" -> ChatMessage.SYSTEM;
      case "user", "human" -> ChatMessage.USER;
      case "assistant", "ai", "model", "aimessagechunk" -> ChatMessage.ASSISTANT;
      case "tool", "function" -> ChatMessage.TOOL;
      default -> null;
    };
  }

  private static JsonNode unwrapContent(JsonNode content) {
    // Gemini's system instruction and some tool results.
    return content.isObject() && content.path("parts").isArray() ? content.path("parts") : content;
  }

  private static void addReasoning(JsonNode node, List<MessagePart> parts) {
    JsonNode extra = node.path("additional_kwargs");
    JsonNode reasoning = Json.first(node, "reasoning_content", "reasoning", "thinking");
    if (reasoning.isMissingNode()) {
      reasoning = Json.first(extra, "reasoning_content");
    }
    String text = MessageParts.reasoning(reasoning);
    if (!text.isEmpty()) {
      parts.add(new MessagePart.Reasoning(text));
    }
  }

  /** Calls beside the content; those that the content holds too are not repeated. */
  private static void addCalls(JsonNode node, List<MessagePart> parts) {
    if (parts.stream().anyMatch(MessagePart.ToolCall.class::isInstance)) {
      return;
    }
    JsonNode calls = Json.unquoted(Json.first(node, "tool_calls", "toolCalls"));
    if (!calls.isArray() || calls.isEmpty()) {
      calls = Json.unquoted(node.path("additional_kwargs").path("tool_calls"));
    }
    if (calls.isArray()) {
      for (JsonNode call : calls) {
        parts.add(MessageParts.call(Json.unquoted(call)));
      }
    }
    JsonNode legacy = node.path("function_call");
    if (legacy.isObject() && (!calls.isArray() || calls.isEmpty())) {
      parts.add(MessageParts.call(legacy));
    }
  }

  /** One SDK appends the tools on offer to the messages, as though they were tools' answers. */
  private static boolean isDefinition(JsonNode content) {
    return "function".equals(content.path("type").asText())
        && content.path("function").path("parameters").isObject();
  }

  private static boolean holdsResults(JsonNode content) {
    JsonNode structured = Json.unquoted(content);
    if (structured.isArray()) {
      for (JsonNode element : structured) {
        if (MessageParts.of(element).stream().anyMatch(MessagePart.ToolResult.class::isInstance)) {
          return true;
        }
      }
    }
    return false;
  }

  private static MessagePart answer(JsonNode node, JsonNode content) {
    JsonNode said =
        content.isMissingNode() ? Json.first(node, "response", "result", "output") : content;
    boolean error =
        "error".equals(node.path("status").asText(""))
            || node.path("is_error").asBoolean(false)
            || ToolTexts.isErrorOutput(said);
    return new MessagePart.ToolResult(
        MessageParts.emptyToNull(
            Json.text(Json.first(node, "tool_call_id", "toolCallId", "call_id", "id"))),
        MessageParts.emptyToNull(Json.text(Json.first(node, "name", "toolName"))),
        ToolTexts.result(said),
        error);
  }

  private static void addMessage(String role, List<MessagePart> parts, Found found) {
    if (parts.isEmpty()) {
      return;
    }
    boolean onlyResults = parts.stream().allMatch(MessagePart.ToolResult.class::isInstance);
    found.messages.add(new ChatMessage(onlyResults ? ChatMessage.TOOL : role, parts));
  }
}

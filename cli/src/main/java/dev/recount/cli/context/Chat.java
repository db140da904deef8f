package dev.recount.cli.context;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.avro.SegmentKind;
import dev.recount.avro.SnapshotContent;
import dev.recount.topology.context.MessageSegments;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A window as a request to a model: messages and tools as chat completion APIs take them.
 *
 * <p>A message that was sent as JSON is given out as it was sent, to the byte. One that was derived
 * from spans is in the shape of the GenAI conventions, and a text is only a text: these are turned
 * into messages.
 *
 * @param model name of the model; null when it is not known
 * @param messages JSON of each message
 * @param tools JSON of each tool definition
 * @see <a href="https://platform.openai.com/docs/api-reference/chat/create">Chat completions</a>
 */
record Chat(@Nullable String model, List<String> messages, List<String> tools) {
  /** Reads numbers as they are spelled. */
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(
              DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS,
              DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
          .build();

  Chat {
    messages = List.copyOf(messages);
    tools = List.copyOf(tools);
  }

  /**
   * A window as a chat.
   *
   * @throws dev.recount.cli.UserError when the content of a segment is not there
   */
  static Chat of(ContextWindow window) {
    window.requireContent();
    List<String> messages = new ArrayList<>();
    List<String> tools = new ArrayList<>();
    for (WindowSegment segment : window.segments()) {
      JsonNode definitions = definitions(segment);
      if (definitions == null) {
        messages.addAll(messages(segment));
      } else {
        definitions.forEach(definition -> tools.add(tool(definition).toString()));
      }
    }
    return new Chat(window.snapshot().getVersions().getModel(), messages, tools);
  }

  /** The whole as one JSON object, a message to a line. */
  String json() {
    List<String> fields = new ArrayList<>();
    if (model != null) {
      fields.add("\"model\":" + JSON.getNodeFactory().textNode(model));
    }
    fields.add("\"messages\":" + array(messages));
    if (!tools.isEmpty()) {
      fields.add("\"tools\":" + array(tools));
    }
    return "{" + String.join(",\n", fields) + "}";
  }

  private static String array(List<String> elements) {
    return elements.isEmpty() ? "[]" : "[\n" + String.join(",\n", elements) + "\n]";
  }

  /** The definitions of the tools, when that is what a segment holds. */
  private static @Nullable JsonNode definitions(WindowSegment segment) {
    if (!MessageSegments.TOOL_DEFINITIONS.equals(segment.manifest().getSource())) {
      return null;
    }
    JsonNode definitions = parse(content(segment));
    return definitions != null && definitions.isArray() ? definitions : null;
  }

  private static JsonNode tool(JsonNode definition) {
    String type = definition.path("type").asText("function");
    if (definition.has("function") || !type.equals("function")) {
      return definition; // in the shape that is asked for, or a tool of the vendor's own
    }
    ObjectNode tool = JSON.createObjectNode().put("type", "function");
    ObjectNode function = tool.putObject("function");
    if (definition.isTextual()) {
      function.set("name", definition);
    } else {
      definition
          .properties()
          .forEach(
              field -> {
                if (!field.getKey().equals("type")) {
                  function.set(field.getKey(), field.getValue());
                }
              });
    }
    return tool;
  }

  /** The messages that a segment is: one, but for results of several tools that came together. */
  static List<String> messages(WindowSegment segment) {
    String content = content(segment);
    SnapshotContent body = segment.body();
    JsonNode message =
        body != null && "application/json".equals(body.getContentType()) ? parse(content) : null;
    if (message != null && message.path("role").isTextual()) {
      return message.path("parts").isArray()
          ? ConventionMessages.messages(message).stream().map(ObjectNode::toString).toList()
          : List.of(content.strip());
    }
    return List.of(ofText(segment, content).toString());
  }

  private static ObjectNode ofText(WindowSegment segment, String content) {
    SegmentKind kind = segment.manifest().getKind();
    String source = segment.manifest().getSource();
    ObjectNode message = JSON.createObjectNode().put("role", role(kind));
    if (kind == SegmentKind.TOOL_RESULT && source != null) {
      message.put("tool_call_id", source);
    }
    return message.put("content", content);
  }

  private static String role(SegmentKind kind) {
    return switch (kind) {
      // Memory and summaries are put into a window by the application, as instructions are.
      case SYSTEM, MEMORY, SUMMARY -> "system";
      case USER, OTHER -> "user";
      case ASSISTANT -> "assistant";
      case TOOL_RESULT -> "tool";
    };
  }

  private static String content(WindowSegment segment) {
    SnapshotContent body = segment.body();
    return body == null ? "" : body.getContent();
  }

  private static @Nullable JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException notJson) {
      return null;
    }
  }

  /** The elements of an array, as trees. */
  static ArrayNode tree(List<String> elements) {
    ArrayNode array = JSON.createArrayNode();
    for (String element : elements) {
      JsonNode node = parse(element);
      array.add(node == null ? JSON.getNodeFactory().textNode(element) : node);
    }
    return array;
  }
}

package dev.recount.topology.convention;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.avro.Span;
import dev.recount.avro.SpanEvent;
import dev.recount.avro.SpanLogRecord;
import dev.recount.topology.convention.MessageSources.Form;
import dev.recount.topology.convention.MessageSources.Holds;
import dev.recount.topology.convention.MessageSources.Source;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What went into one call of a model and what came out of it, in one shape for all conventions. A
 * pure function of the span and its log records; never throws, and costs time and memory in
 * proportion to their size.
 *
 * @param system instructions, whether they came by themselves or at the head of the conversation
 * @param input the conversation as the model was shown it, without those instructions
 * @param output what the model answered
 * @param tools tools that it was offered, in the order in which they were
 */
public record ChatMessages(
    List<ChatMessage> system,
    List<ChatMessage> input,
    List<ChatMessage> output,
    List<ToolDefinition> tools) {

  /** Nothing was recorded. */
  public static final ChatMessages NONE =
      new ChatMessages(List.of(), List.of(), List.of(), List.of());

  /** By time and place; what two exports tell of the same time, by what it says. */
  private static final Comparator<SpanLogRecord> IN_ORDER =
      Comparator.comparingLong(SpanLogRecord::getTimeUnixNano)
          .thenComparing(SpanLogRecord::getObservedTimeUnixNano)
          .thenComparing(SpanLogRecord::getPosition)
          .thenComparing(log -> String.valueOf(log.getEventName()))
          .thenComparing(log -> String.valueOf(log.getBody()))
          .thenComparing(log -> String.valueOf(log.getAttributes()));

  private static final String DETAILS = "gen_ai.client.inference.operation.details";

  /** Makes the lists unmodifiable. */
  public ChatMessages {
    system = List.copyOf(system);
    input = List.copyOf(input);
    output = List.copyOf(output);
    tools = List.copyOf(tools);
  }

  /**
   * Reads a span's attributes, its events and its log records. Attributes come first, then {@code
   * gen_ai.client.inference.operation.details}, then an event for each message.
   *
   * @param logs log records of the span, in any order
   */
  public static ChatMessages of(Span span, List<SpanLogRecord> logs) {
    return of(span.getAttributes(), span.getEvents(), logs);
  }

  /** Likewise, of a span in parts. */
  public static ChatMessages of(
      Map<String, Object> attributes, List<SpanEvent> events, List<SpanLogRecord> logs) {
    return read(new Reader(false), attributes, events, logs);
  }

  /** Only what the model answered, which spares reading the conversation. */
  static List<ChatMessage> output(
      Map<String, Object> attributes, List<SpanEvent> events, List<SpanLogRecord> logs) {
    return read(new Reader(true), attributes, events, logs).output();
  }

  private static ChatMessages read(
      Reader reader,
      Map<String, Object> attributes,
      List<SpanEvent> events,
      List<SpanLogRecord> logs) {
    reader.readAttributes(attributes);
    if (!events.isEmpty() || !logs.isEmpty()) {
      List<Event> ofSpan = new ArrayList<>();
      for (SpanEvent event : events) {
        add(event.getName(), event.getAttributes(), null, ofSpan);
      }
      List<Event> ofLogs = new ArrayList<>();
      for (SpanLogRecord log : logs.stream().sorted(IN_ORDER).toList()) {
        String name = log.getEventName();
        add(name == null ? "" : name, log.getAttributes(), log.getBody(), ofLogs);
      }
      reader.readDetails(ofSpan);
      reader.readDetails(ofLogs);
      // Some send each event as both: then the span's are all of them.
      reader.readMessages(ofSpan);
      reader.readMessages(ofLogs);
    }
    return reader.messages();
  }

  /** Whether nothing was recorded. */
  public boolean isEmpty() {
    return system.isEmpty() && input.isEmpty() && output.isEmpty() && tools.isEmpty();
  }

  private record Event(String name, Map<String, Object> attributes, @Nullable Object body) {}

  private static void add(
      String name, Map<String, Object> attributes, @Nullable Object body, List<Event> events) {
    if (name.startsWith("gen_ai.")) {
      events.add(new Event(name, attributes, body));
    }
  }

  /** Fills the four lists, each from the first source that has anything for it. */
  private static final class Reader {
    private final List<ChatMessage> system = new ArrayList<>();
    private final List<ChatMessage> input = new ArrayList<>();
    private final List<ChatMessage> output = new ArrayList<>();
    private final List<ToolDefinition> tools = new ArrayList<>();
    private JsonNode toolsBeside = JsonNodeFactory.instance.arrayNode();
    private final boolean outputOnly;

    Reader(boolean outputOnly) {
      this.outputOnly = outputOnly;
    }

    void readAttributes(Map<String, Object> attributes) {
      @Nullable Object[] values = null;
      for (Map.Entry<String, Object> attribute : attributes.entrySet()) {
        Object value = attribute.getValue();
        Source source = value == null ? null : MessageSources.of(attribute.getKey());
        if (source == null || !wanted(source.holds())) {
          continue;
        }
        if (values == null) {
          values = new @Nullable Object[MessageSources.byRank().size()];
        }
        if (source.form() == Form.FLATTENED) {
          Unflattened list = (Unflattened) values[source.rank()];
          if (list == null) {
            list = new Unflattened();
            values[source.rank()] = list;
          }
          list.add(attribute.getKey().substring(source.key().length()), value);
        } else {
          values[source.rank()] = value;
        }
      }
      if (values != null) {
        readSources(values);
      }
    }

    private void readSources(@Nullable Object[] values) {
      ObjectNode fields = null;
      for (Source source : MessageSources.byRank()) {
        Object value = values[source.rank()];
        if (value == null || !wanted(source.holds())) {
          continue;
        }
        if (source.form() == Form.FIELD) {
          fields = fields == null ? JsonNodeFactory.instance.objectNode() : fields;
          if (!fields.has(source.field())) {
            fields.set(source.field(), field(value));
          }
        } else {
          JsonNode node = value instanceof Unflattened flat ? flat.list() : Json.ofAttribute(value);
          take(source.holds(), node);
        }
      }
      if (fields != null && output.isEmpty()) {
        fields.put("role", ChatMessage.ASSISTANT);
        take(Holds.OUTPUT, fields);
      }
    }

    private static JsonNode field(Object value) {
      return value instanceof String text
          ? JsonNodeFactory.instance.textNode(text)
          : Json.ofAttribute(value);
    }

    private boolean wanted(Holds holds) {
      if (outputOnly && holds != Holds.OUTPUT) {
        return false;
      }
      return switch (holds) {
        case INSTRUCTIONS -> system.isEmpty();
        case INPUT -> input.isEmpty();
        case OUTPUT -> output.isEmpty();
        case TOOLS -> tools.isEmpty();
      };
    }

    private void take(Holds holds, JsonNode node) {
      switch (holds) {
        case INSTRUCTIONS -> system.addAll(MessageShapes.read(node, ChatMessage.SYSTEM).messages);
        case INPUT -> takeInput(MessageShapes.read(node, ChatMessage.USER));
        case OUTPUT -> output.addAll(MessageShapes.read(node, ChatMessage.ASSISTANT).messages);
        case TOOLS -> tools.addAll(ToolDefinitions.read(node));
      }
    }

    private void takeInput(MessageShapes.Found found) {
      input.addAll(found.messages);
      if (system.isEmpty()) {
        system.addAll(found.system);
      }
      if (toolsBeside.isEmpty()) {
        toolsBeside = found.tools;
      }
    }

    void readDetails(List<Event> events) {
      for (Event event : events) {
        if (event.name().equals(DETAILS)) {
          readAttributes(event.attributes());
          if (Json.ofAttribute(event.body()) instanceof ObjectNode body) {
            readAttributes(asAttributes(body));
          }
        }
      }
    }

    void readMessages(List<Event> events) {
      boolean needsInput = !outputOnly && input.isEmpty();
      boolean needsOutput = output.isEmpty();
      for (Event event : events) {
        String role = roleOf(event.name());
        if (role == null) {
          continue;
        }
        boolean answer =
            event.name().equals("gen_ai.choice")
                || event.name().equals("gen_ai.content.completion");
        if (answer ? needsOutput : needsInput) {
          MessageShapes.Found found = MessageShapes.read(content(event), role);
          if (answer) {
            output.addAll(found.messages);
          } else {
            takeInput(found);
          }
        }
      }
    }

    private static @Nullable String roleOf(String event) {
      return switch (event) {
        case "gen_ai.system.message" -> ChatMessage.SYSTEM;
        case "gen_ai.user.message", "gen_ai.content.prompt" -> ChatMessage.USER;
        case "gen_ai.assistant.message", "gen_ai.choice", "gen_ai.content.completion" ->
            ChatMessage.ASSISTANT;
        case "gen_ai.tool.message" -> ChatMessage.TOOL;
        default -> null;
      };
    }

    /** The message of an event: its body, else a JSON attribute, else its attributes as fields. */
    private static JsonNode content(Event event) {
      JsonNode body = Json.ofAttribute(event.body());
      if (body.isObject() && !body.isEmpty()) {
        return withRole(event, (ObjectNode) body);
      }
      for (String whole :
          new String[] {"gen_ai.event.content", "gen_ai.prompt", "gen_ai.completion"}) {
        Object value = event.attributes().get(whole);
        if (value != null) {
          JsonNode node = Json.ofAttribute(value);
          return node instanceof ObjectNode object ? withRole(event, object) : node;
        }
      }
      if (body.isTextual()) {
        return body;
      }
      ObjectNode fields = JsonNodeFactory.instance.objectNode();
      event
          .attributes()
          .forEach(
              (key, value) -> {
                if (!key.startsWith("gen_ai.") && !key.startsWith("event.") && value != null) {
                  fields.set(key, Json.ofAttribute(value));
                }
              });
      return fields.isEmpty() ? MissingNode.getInstance() : withRole(event, fields);
    }

    /** The event's name says the role where the message does not. */
    private static ObjectNode withRole(Event event, ObjectNode message) {
      String role = roleOf(event.name());
      boolean bare = !message.has("role") && !message.has("message") && !message.has("messages");
      if (bare && role != null && event.name().endsWith(".message")) {
        message.put("role", role);
      }
      return message;
    }

    private static Map<String, Object> asAttributes(ObjectNode body) {
      Map<String, Object> attributes = new LinkedHashMap<>();
      body.properties()
          .forEach(
              field -> {
                String text = Json.text(field.getValue());
                if (text != null) {
                  attributes.put(field.getKey(), text);
                }
              });
      return attributes;
    }

    ChatMessages messages() {
      int head = 0;
      while (head < input.size() && input.get(head).role().equals(ChatMessage.SYSTEM)) {
        head++;
      }
      if (head > 0 && system.isEmpty()) {
        system.addAll(input.subList(0, head));
        input.subList(0, head).clear();
      }
      if (tools.isEmpty()) {
        tools.addAll(ToolDefinitions.read(toolsBeside));
      }
      return new ChatMessages(system, input, output, tools);
    }
  }
}

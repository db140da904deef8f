package dev.recount.topology.convention;

import dev.recount.avro.AliasKind;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.JsonValue;
import dev.recount.avro.Span;
import dev.recount.avro.SpanEvent;
import dev.recount.avro.SpanLogRecord;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What feedback may name a trace by: response IDs, and the IDs of its tool calls, whether a span
 * carries one out or only a message asks for it. A pure function of one span or log record, so that
 * it does not depend on what else has come.
 */
public final class Aliases {
  private Aliases() {}

  /** One name of a trace. */
  public record Alias(AliasKind kind, String value) {}

  /** The aliases that a span tells of; one may come more than once. */
  public static void of(Span span, SpanFacts facts, Consumer<Alias> to) {
    tell(AliasKind.RESPONSE_ID, facts.text(Fact.RESPONSE_ID), to);
    tell(AliasKind.TOOL_CALL_ID, facts.toolCallId(), to);
    if (facts.decisionKind() == DecisionKind.MODEL_CALL) {
      messages(span.getAttributes(), span.getEvents(), List.of(), facts.failed(span), to);
    }
  }

  /** The aliases that a log record tells of. */
  public static void of(SpanLogRecord log, Consumer<Alias> to) {
    messages(Map.of(), List.of(), List.of(log), false, to);
  }

  private static void messages(
      Map<String, Object> attributes,
      List<SpanEvent> events,
      List<SpanLogRecord> logs,
      boolean failed,
      Consumer<Alias> to) {
    boolean mention =
        mentionsCalls(attributes)
            || events.stream().anyMatch(event -> mentionsCalls(event.getAttributes()))
            || logs.stream()
                .anyMatch(log -> mentionsCalls(log.getAttributes()) || mentions(log.getBody()));
    if (!mention) {
      // Most messages ask for nothing, and reading them is what costs.
      return;
    }
    for (ChatMessage message : asking(attributes, events, logs, failed)) {
      for (MessagePart part : message.parts()) {
        if (part instanceof MessagePart.ToolCall call) {
          tell(AliasKind.TOOL_CALL_ID, call.id(), to);
        }
      }
    }
  }

  /**
   * What the model answered. Where that was not recorded, the last that it had answered before, as
   * the conversation repeats it: nobody else may tell of those calls. What lies further back is not
   * taken, since conversations are repeated from one trace to the next. Nor is it where the call
   * failed: then there was nothing to record.
   */
  private static List<ChatMessage> asking(
      Map<String, Object> attributes,
      List<SpanEvent> events,
      List<SpanLogRecord> logs,
      boolean failed) {
    List<ChatMessage> answered = ChatMessages.output(attributes, events, logs);
    if (!answered.isEmpty() || attributes.isEmpty() || failed) {
      return answered;
    }
    List<ChatMessage> shown = ChatMessages.of(attributes, events, logs).input();
    for (int i = shown.size() - 1; i >= 0; i--) {
      if (shown.get(i).role().equals(ChatMessage.ASSISTANT)) {
        return List.of(shown.get(i));
      }
    }
    return List.of();
  }

  private static boolean mentionsCalls(Map<String, Object> attributes) {
    for (Map.Entry<String, Object> attribute : attributes.entrySet()) {
      if (mentions(attribute.getKey()) || mentions(attribute.getValue())) {
        return true;
      }
    }
    return false;
  }

  /** Whether a text speaks of tools, in any of the words that the conventions have for them. */
  private static boolean mentions(@Nullable Object value) {
    String text = value instanceof JsonValue json ? json.getJson() : null;
    if (value instanceof String string) {
      text = string;
    }
    return text != null
        && (text.contains("tool") || text.contains("function") || text.contains("Tool"));
  }

  private static void tell(AliasKind kind, @Nullable String value, Consumer<Alias> to) {
    if (value != null && !value.isBlank()) {
      to.accept(new Alias(kind, value));
    }
  }
}

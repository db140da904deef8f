package dev.recount.topology.convention;

import dev.recount.avro.DecisionKind;
import dev.recount.avro.JsonValue;
import dev.recount.avro.Span;
import dev.recount.avro.SpanEvent;
import dev.recount.avro.StatusCode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one span says, in Recount's vocabulary. Never throws: what is malformed is not stated. */
@SuppressWarnings("EnumOrdinal") // an array by fact, within one instance only
public final class SpanFacts {
  private static final int RESOURCE_RANK = 1000;
  private static final int FACTS = Fact.values().length;

  private final @Nullable Object[] values = new Object[FACTS];
  private final int[] ranks = new int[FACTS];
  private boolean exceptionRecorded;

  private SpanFacts() {}

  /** Reads a span's attributes, its events and its resource. */
  public static SpanFacts of(Span span) {
    SpanFacts facts = new SpanFacts();
    for (Map.Entry<String, Object> attribute : span.getAttributes().entrySet()) {
      Conventions.Rule rule = Conventions.ofSpanAttribute(attribute.getKey());
      if (rule != null) {
        facts.state(rule.fact(), rule.rank(), attribute.getValue());
      }
    }
    for (Map.Entry<String, Object> attribute : span.getResourceAttributes().entrySet()) {
      Conventions.Rule rule = Conventions.ofResourceAttribute(attribute.getKey());
      if (rule != null) {
        facts.state(rule.fact(), RESOURCE_RANK + rule.rank(), attribute.getValue());
      }
    }
    for (SpanEvent event : span.getEvents()) {
      if ("exception".equals(event.getName())) {
        facts.exceptionRecorded = true;
        facts.state(Fact.ERROR_TYPE, RESOURCE_RANK, event.getAttributes().get("exception.type"));
        facts.state(
            Fact.ERROR_MESSAGE, RESOURCE_RANK, event.getAttributes().get("exception.message"));
      }
    }
    return facts;
  }

  private void state(Fact fact, int rank, @Nullable Object value) {
    int index = fact.ordinal();
    if (value != null
        && !(value instanceof String text && text.isEmpty())
        && (values[index] == null || rank < ranks[index])) {
      values[index] = value;
      ranks[index] = rank;
    }
  }

  /** A fact as text; arrays and objects as JSON. Null when it is not stated. */
  public @Nullable String text(Fact fact) {
    Object value = values[fact.ordinal()];
    if (value == null) {
      return null;
    }
    return value instanceof JsonValue json ? json.getJson() : value.toString();
  }

  /** A fact as a whole number, also from text. Null when it is not stated or is no number. */
  public @Nullable Long wholeNumber(Fact fact) {
    Object value = values[fact.ordinal()];
    if (value instanceof Long number) {
      return number;
    }
    if (value instanceof Double number && number == Math.rint(number)) {
      return number.longValue();
    }
    if (value instanceof String text) {
      try {
        return Long.valueOf(text.strip());
      } catch (NumberFormatException notANumber) {
        return null;
      }
    }
    return null;
  }

  /** A fact as a number, also from text. Null when it is not stated or is not finite. */
  public @Nullable Double number(Fact fact) {
    Object value = values[fact.ordinal()];
    Double number = null;
    if (value instanceof Number stated) {
      number = stated.doubleValue();
    } else if (value instanceof String text) {
      try {
        number = Double.valueOf(text.strip());
      } catch (NumberFormatException notANumber) {
        return null;
      }
    }
    return number != null && Double.isFinite(number) ? number : null;
  }

  /** What kind of decision the span is, or null when it is none. */
  public @Nullable DecisionKind decisionKind() {
    String explicit = text(Fact.DECISION_KIND);
    if (explicit != null) {
      DecisionKind kind = Operations.explicitKind(explicit);
      if (kind != null) {
        return kind;
      }
    }
    String operation = text(Fact.OPERATION);
    if (operation == null) {
      // Some instrumentations name no operation on tool spans, but no other span names only a tool.
      return text(Fact.TOOL_NAME) == null ? null : DecisionKind.TOOL_CALL;
    }
    return Operations.kindOf(operation);
  }

  /** Whether the span failed: by status, by an error type, or by an exception that it recorded. */
  public boolean failed(Span span) {
    return span.getStatusCode() == StatusCode.ERROR
        || values[Fact.ERROR_TYPE.ordinal()] != null
        || exceptionRecorded;
  }
}

package dev.recount.connectors.feedback;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.schemas.TraceIds;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Reads one event, collecting everything that is wrong with it. */
final class FeedbackReader {
  static final int MAXIMUM_ID_CHARACTERS = 512;
  static final int MAXIMUM_TEXT_CHARACTERS = 64 << 10;
  static final int MAXIMUM_ATTRIBUTES = 128;

  private static final Set<String> FIELDS =
      FeedbackEvent.getClassSchema().getFields().stream()
          .map(Schema.Field::name)
          .collect(Collectors.toUnmodifiableSet());
  private static final String KINDS =
      Arrays.stream(FeedbackKind.values()).map(Enum::name).collect(Collectors.joining(", "));

  private final int index;
  private final JsonNode node;
  private final InstantSource clock;
  private final Supplier<String> newId;
  private final List<FeedbackError> errors = new ArrayList<>();

  FeedbackReader(int index, JsonNode node, InstantSource clock, Supplier<String> newId) {
    this.index = index;
    this.node = node;
    this.clock = clock;
    this.newId = newId;
  }

  List<FeedbackError> errors() {
    return errors;
  }

  /** The event; empty when anything is wrong with it. */
  Optional<FeedbackEvent> read() {
    if (!node.isObject()) {
      error(null, "expected an object, found " + describe(node));
      return Optional.empty();
    }
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!FIELDS.contains(name)) {
                error(name, "unknown field");
              }
            });
    FeedbackKind kind = kind();
    String feedbackId = identifier("feedback_id");
    Instant occurredAt = occurredAt();
    FeedbackEvent.Builder event =
        FeedbackEvent.newBuilder()
            .setFeedbackId(feedbackId == null ? newId.get() : feedbackId)
            .setOccurredAt(occurredAt)
            .setSource(identifier("source"))
            .setName(identifier("name"))
            .setScore(score())
            .setLabel(identifier("label"))
            .setPassed(passed())
            .setComment(text("comment", MAXIMUM_TEXT_CHARACTERS))
            .setTraceId(hexadecimal("trace_id", TraceIds.TRACE_ID_DIGITS))
            .setResponseId(identifier("response_id"))
            .setToolCallId(identifier("tool_call_id"))
            .setSessionId(identifier("session_id"))
            .setSpanId(hexadecimal("span_id", TraceIds.SPAN_ID_DIGITS))
            .setDecisionId(identifier("decision_id"))
            .setSnapshotId(identifier("snapshot_id"))
            .setModel(identifier("model"))
            .setAttributes(attributes());
    if (!has("trace_id") && !has("response_id") && !has("tool_call_id") && !has("session_id")) {
      error(
          "trace_id",
          "name what the feedback is about: trace_id, response_id, tool_call_id or session_id");
    }
    if (!errors.isEmpty() || kind == null) {
      return Optional.empty();
    }
    return Optional.of(event.setKind(kind).build());
  }

  private @Nullable FeedbackKind kind() {
    if (!has("kind")) {
      error("kind", "missing: one of " + KINDS);
      return null;
    }
    String text = node.path("kind").asText().strip().toUpperCase(Locale.ROOT);
    for (FeedbackKind kind : FeedbackKind.values()) {
      if (kind.name().equals(text)) {
        return kind;
      }
    }
    error("kind", "unknown: one of " + KINDS);
    return null;
  }

  private Instant occurredAt() {
    if (!has("occurred_at")) {
      return clock.instant();
    }
    try {
      return FeedbackTime.read(node.path("occurred_at"));
    } catch (IllegalArgumentException malformed) {
      error("occurred_at", String.valueOf(malformed.getMessage()));
      return Instant.EPOCH;
    }
  }

  private @Nullable Double score() {
    if (!has("score")) {
      return null;
    }
    JsonNode value = node.path("score");
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      error("score", "expected a finite number, found " + describe(value));
      return null;
    }
    return value.doubleValue();
  }

  private @Nullable Boolean passed() {
    if (!has("passed")) {
      return null;
    }
    JsonNode value = node.path("passed");
    if (!value.isBoolean()) {
      error("passed", "expected true or false, found " + describe(value));
      return null;
    }
    return value.booleanValue();
  }

  private @Nullable String identifier(String field) {
    String text = text(field, MAXIMUM_ID_CHARACTERS);
    if (text != null && text.isBlank()) {
      error(field, "must not be empty; leave it out instead");
      return null;
    }
    return text;
  }

  private @Nullable String text(String field, int maximumCharacters) {
    if (!has(field)) {
      return null;
    }
    JsonNode value = node.path(field);
    if (!value.isTextual()) {
      error(field, "expected a text, found " + describe(value));
      return null;
    }
    String text = value.textValue();
    if (text.length() > maximumCharacters) {
      error(field, text.length() + " characters are over the limit of " + maximumCharacters);
      return null;
    }
    return text;
  }

  private @Nullable String hexadecimal(String field, int digits) {
    String text = identifier(field);
    if (text == null) {
      return null;
    }
    String canonical = text.strip().toLowerCase(Locale.ROOT);
    boolean valid =
        digits == TraceIds.TRACE_ID_DIGITS
            ? TraceIds.isTraceId(canonical)
            : TraceIds.isSpanId(canonical);
    if (!valid) {
      error(field, "expected " + digits + " hexadecimal digits, not all zero");
      return null;
    }
    return canonical;
  }

  private Map<String, String> attributes() {
    Map<String, String> attributes = new HashMap<>();
    if (!has("attributes")) {
      return attributes;
    }
    JsonNode value = node.path("attributes");
    if (!value.isObject()) {
      error("attributes", "expected an object, found " + describe(value));
      return attributes;
    }
    if (value.size() > MAXIMUM_ATTRIBUTES) {
      error("attributes", value.size() + " are over the limit of " + MAXIMUM_ATTRIBUTES);
      return attributes;
    }
    for (Map.Entry<String, JsonNode> attribute : value.properties()) {
      JsonNode content = attribute.getValue();
      String text = content.isValueNode() ? content.asText() : content.toString();
      if (attribute.getKey().length() > MAXIMUM_ID_CHARACTERS
          || text.length() > MAXIMUM_TEXT_CHARACTERS) {
        error(
            "attributes",
            "a name is limited to "
                + MAXIMUM_ID_CHARACTERS
                + " characters, a value to "
                + MAXIMUM_TEXT_CHARACTERS);
      } else if (!content.isNull()) {
        attributes.put(attribute.getKey(), text);
      }
    }
    return attributes;
  }

  /** A field that is null says as little as one that is absent. */
  private boolean has(String field) {
    return node.hasNonNull(field);
  }

  private void error(@Nullable String field, String message) {
    errors.add(new FeedbackError(index, field, message));
  }

  private static String describe(JsonNode value) {
    return value.getNodeType().name().toLowerCase(Locale.ROOT);
  }
}

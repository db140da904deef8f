package dev.recount.topology.intake;

import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.topology.Sha256;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Evaluations that arrive as OTLP log records.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-events/">OpenTelemetry
 *     GenAI events</a>
 */
final class EvaluationResults {
  static final String EVENT = "gen_ai.evaluation.result";

  private static final int ID_BYTES = 16;
  private static final long NANOS_PER_MILLI = 1_000_000;

  private EvaluationResults() {}

  /**
   * The evaluation as feedback. Its ID is a pure function of all that the record says, so that the
   * same one is one, however often it is exported, and no other is taken for it.
   *
   * @param fields the event's attributes, and what its body says in their place
   * @param unixNano when it happened, or else was observed, nanoseconds since the Unix epoch
   * @param observedUnixNano when it was observed; 0 when unknown
   */
  static FeedbackEvent feedback(
      Map<String, Object> fields,
      @Nullable String traceId,
      @Nullable String spanId,
      long unixNano,
      long observedUnixNano) {
    FeedbackEvent feedback = new FeedbackEvent();
    feedback.setKind(FeedbackKind.EVALUATION);
    feedback.setName(text(fields, "gen_ai.evaluation.name"));
    feedback.setScore(number(fields, "gen_ai.evaluation.score.value"));
    feedback.setLabel(text(fields, "gen_ai.evaluation.score.label"));
    feedback.setPassed(passed(feedback.getLabel()));
    feedback.setComment(text(fields, "gen_ai.evaluation.explanation"));
    feedback.setTraceId(traceId);
    feedback.setSpanId(spanId);
    feedback.setResponseId(text(fields, "gen_ai.response.id"));
    feedback.setToolCallId(text(fields, "gen_ai.tool.call.id"));
    feedback.setSessionId(text(fields, "gen_ai.conversation.id"));
    feedback.setOccurredAt(Instant.ofEpochMilli(unixNano / NANOS_PER_MILLI));
    feedback.setFeedbackId(id(fields, traceId, spanId, unixNano, observedUnixNano));
    Map<String, String> rest = new TreeMap<>();
    fields.forEach(
        (key, value) -> {
          if (value != null && !key.startsWith("gen_ai.evaluation.")) {
            rest.put(key, value.toString());
          }
        });
    feedback.setAttributes(rest);
    return feedback;
  }

  /** What the labels mean that the conventions name as examples of a verdict. */
  private static @Nullable Boolean passed(@Nullable String label) {
    if (label == null) {
      return null;
    }
    return switch (label.toLowerCase(Locale.ROOT)) {
      case "pass", "passed" -> true;
      case "fail", "failed" -> false;
      default -> null;
    };
  }

  private static String id(
      Map<String, Object> fields,
      @Nullable String traceId,
      @Nullable String spanId,
      long unixNano,
      long observedUnixNano) {
    List<String> said = new ArrayList<>();
    said.add(String.valueOf(traceId));
    said.add(String.valueOf(spanId));
    said.add(Long.toString(unixNano));
    said.add(Long.toString(observedUnixNano));
    new TreeMap<>(fields)
        .forEach(
            (name, value) -> {
              said.add(name);
              said.add(value == null ? "" : value.getClass().getSimpleName() + value);
            });
    return Sha256.hexOf(String.join("\u0000", said)).substring(0, 2 * ID_BYTES);
  }

  private static @Nullable String text(Map<String, Object> attributes, String key) {
    Object value = attributes.get(key);
    return value == null ? null : value.toString();
  }

  private static @Nullable Double number(Map<String, Object> attributes, String key) {
    Object value = attributes.get(key);
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    try {
      return value == null ? null : Double.valueOf(value.toString());
    } catch (NumberFormatException notANumber) {
      return null;
    }
  }
}

package dev.recount.topology.intake;

import dev.recount.avro.AliasKind;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.TraceEventKind;
import dev.recount.schemas.UndecodableException;
import dev.recount.topology.AliasKeys;
import dev.recount.topology.Hints;
import java.util.Locale;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Files feedback in the log under what it is about, however it came in. */
final class FeedbackFiling {
  private FeedbackFiling() {}

  /**
   * Appends feedback to the log of the trace that it names, or of the alias.
   *
   * @throws UndecodableException when it names nothing, or a trace that cannot be one
   */
  static void append(FeedbackEvent feedback, IntakeProcessor intake) {
    Checks.identifier("feedback_id", feedback.getFeedbackId());
    Checks.time("occurred_at", feedback.getOccurredAt());
    Checks.finite("score", feedback.getScore());
    feedback.setSpanId(Checks.spanId(feedback.getSpanId()));
    feedback.setAttributes(new TreeMap<>(feedback.getAttributes()));
    boolean urgent =
        feedback.getKind() == FeedbackKind.ESCALATION
            || feedback.getKind() == FeedbackKind.ROLLBACK;
    intake.append(
        keyOf(feedback),
        TraceEventKind.FEEDBACK,
        feedback.getFeedbackId(),
        Checks.precedence(feedback.getOccurredAt()),
        urgent ? Hints.ESCALATION : 0,
        feedback);
  }

  private static String keyOf(FeedbackEvent feedback) {
    if (given(feedback.getTraceId())) {
      feedback.setTraceId(Checks.traceId(feedback.getTraceId()));
      return feedback.getTraceId();
    }
    feedback.setTraceId(null);
    if (given(feedback.getResponseId())) {
      return alias(AliasKind.RESPONSE_ID, feedback.getResponseId());
    }
    if (given(feedback.getToolCallId())) {
      return alias(AliasKind.TOOL_CALL_ID, feedback.getToolCallId());
    }
    if (given(feedback.getSessionId())) {
      return alias(AliasKind.SESSION_ID, feedback.getSessionId());
    }
    throw new UndecodableException(
        "Feedback must name what it is about: trace_id, response_id, tool_call_id or session_id",
        null);
  }

  private static String alias(AliasKind kind, String value) {
    Checks.identifier(kind.name().toLowerCase(Locale.ROOT), value);
    return AliasKeys.of(kind, value);
  }

  private static boolean given(@Nullable String text) {
    return text != null && !text.isBlank();
  }
}

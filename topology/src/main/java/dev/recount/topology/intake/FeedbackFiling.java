package dev.recount.topology.intake;

import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.TraceEventKind;
import dev.recount.schemas.UndecodableException;
import dev.recount.topology.FeedbackKeys;
import dev.recount.topology.Hints;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Files feedback in a log of its own, however it came in. */
final class FeedbackFiling {
  private FeedbackFiling() {}

  /**
   * Appends feedback to the log.
   *
   * @throws UndecodableException when it names nothing that it is about, or a trace that cannot be
   *     one
   */
  static void append(FeedbackEvent feedback, IntakeProcessor intake) {
    Checks.identifier("feedback_id", feedback.getFeedbackId());
    Checks.time("occurred_at", feedback.getOccurredAt());
    Checks.finite("score", feedback.getScore());
    String traceId = blankToNull(feedback.getTraceId());
    feedback.setTraceId(traceId == null ? null : Checks.traceId(traceId));
    feedback.setResponseId(identifier("response_id", feedback.getResponseId()));
    feedback.setToolCallId(identifier("tool_call_id", feedback.getToolCallId()));
    feedback.setSessionId(identifier("session_id", feedback.getSessionId()));
    feedback.setSpanId(Checks.spanId(feedback.getSpanId()));
    feedback.setAttributes(new TreeMap<>(feedback.getAttributes()));
    FeedbackKeys.targetOf(feedback);
    boolean urgent =
        feedback.getKind() == FeedbackKind.ESCALATION
            || feedback.getKind() == FeedbackKind.ROLLBACK;
    intake.append(
        FeedbackKeys.of(feedback.getFeedbackId()),
        TraceEventKind.FEEDBACK,
        feedback.getFeedbackId(),
        Checks.precedence(feedback.getOccurredAt()),
        urgent ? Hints.ESCALATION : 0,
        feedback);
  }

  private static @Nullable String identifier(String field, @Nullable String given) {
    String identifier = blankToNull(given);
    if (identifier != null) {
      Checks.identifier(field, identifier);
    }
    return identifier;
  }

  private static @Nullable String blankToNull(@Nullable String text) {
    return text == null || text.isBlank() ? null : text;
  }
}

package dev.recount.topology.fold;

import dev.recount.avro.AliasKind;
import dev.recount.avro.Evaluation;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackMatch;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.Phase;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Turns feedback into the rows that say what it was joined to. */
final class FeedbackRows {
  private FeedbackRows() {}

  static FeedbackRecord row(
      String traceId,
      TraceContents.LinkedFeedback feedback,
      @Nullable DecisionDraft decision,
      @Nullable Long traceEnd,
      Identity trace) {
    FeedbackRecord row = new FeedbackRecord();
    row.setFeedback(feedback.event());
    row.setMatch(matchOf(feedback.linkedBy()));
    row.setTraceId(traceId);
    row.setDecisionId(decision == null ? null : decision.id);
    Long judgedEnd = decision == null ? traceEnd : Long.valueOf(decision.end);
    row.setLagMs(
        judgedEnd == null
            ? null
            : Long.valueOf(Times.millisBetween(judgedEnd, feedback.event().getOccurredAt())));
    row.setVersions(decision == null ? trace.versions() : decision.versions);
    row.setKeyTime(Instant.ofEpochMilli(feedback.keyTime()));
    return row;
  }

  private static FeedbackMatch matchOf(@Nullable AliasKind alias) {
    if (alias == null) {
      return FeedbackMatch.TRACE;
    }
    return switch (alias) {
      case RESPONSE_ID -> FeedbackMatch.RESPONSE_ID;
      case TOOL_CALL_ID -> FeedbackMatch.TOOL_CALL_ID;
      case SESSION_ID -> FeedbackMatch.SESSION;
    };
  }

  static Evaluation evaluation(
      String traceId, FeedbackEvent event, @Nullable DecisionDraft decision, Identity trace) {
    Evaluation row = new Evaluation();
    row.setEvaluationId(event.getFeedbackId());
    row.setTraceId(traceId);
    row.setDecisionId(decision == null ? null : decision.id);
    row.setSpanId(event.getSpanId());
    row.setName(event.getName() == null ? "" : event.getName());
    row.setEvaluator(event.getSource());
    row.setScore(event.getScore());
    row.setLabel(event.getLabel());
    row.setPassed(event.getPassed());
    row.setExplanation(event.getComment());
    row.setEvaluatedAt(event.getOccurredAt());
    row.setService(trace.service());
    row.setEnvironment(trace.environment());
    row.setSessionId(trace.sessionId());
    row.setUserId(trace.userId());
    row.setVersions(decision == null ? trace.versions() : decision.versions);
    row.setRetained(true);
    row.setSampleWeight(1.0);
    row.setPhase(Phase.provisional);
    row.setKeyTime(Instant.EPOCH);
    return row;
  }
}

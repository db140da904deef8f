package dev.recount.topology.fold;

import dev.recount.avro.AliasKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.EvaluationOutcome;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackMatch;
import dev.recount.avro.FeedbackOutcome;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.Phase;
import dev.recount.avro.TraceRecord;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Turns feedback into rows of its own and into what the rows that it is about say of it. */
final class FeedbackRows {
  private FeedbackRows() {}

  /** The row of a piece of feedback, in the revision from which its emission goes on. */
  static FeedbackRecord row(
      TraceContents.LinkedFeedback feedback, @Nullable DecisionRecord decision, TraceRecord trace) {
    FeedbackRecord row = new FeedbackRecord();
    row.setFeedback(feedback.event());
    row.setMatch(matchOf(feedback.linkedBy()));
    row.setTraceId(trace.getTraceId());
    row.setDecisionId(decision == null ? null : decision.getDecisionId());
    Instant judged = decision == null ? trace.getEndedAt() : endOf(decision);
    row.setLagMs(
        judged == null ? null : FeedbackOverlay.lag(judged, feedback.event().getOccurredAt()));
    row.setVersions(decision == null ? trace.getVersions() : decision.getVersions());
    row.setRevision(feedback.baseRevision());
    row.setKeyTime(Instant.ofEpochMilli(feedback.keyTime()));
    return row;
  }

  private static Instant endOf(DecisionRecord decision) {
    return decision.getEndedAt() == null ? decision.getStartedAt() : decision.getEndedAt();
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
      FeedbackEvent event, @Nullable DecisionRecord decision, TraceRecord trace) {
    Evaluation row = new Evaluation();
    row.setEvaluationId(event.getFeedbackId());
    row.setTraceId(trace.getTraceId());
    row.setDecisionId(decision == null ? null : decision.getDecisionId());
    row.setSpanId(event.getSpanId());
    row.setName(event.getName() == null ? "" : event.getName());
    row.setEvaluator(event.getSource());
    row.setScore(event.getScore());
    row.setLabel(event.getLabel());
    row.setPassed(event.getPassed());
    row.setExplanation(event.getComment());
    row.setEvaluatedAt(event.getOccurredAt());
    row.setService(trace.getService());
    row.setEnvironment(trace.getEnvironment());
    row.setSessionId(trace.getSessionId());
    row.setUserId(trace.getUserId());
    row.setVersions(decision == null ? trace.getVersions() : decision.getVersions());
    row.setRetained(true);
    row.setSampleWeight(1.0);
    row.setPhase(Phase.provisional);
    row.setKeyTime(Instant.EPOCH);
    return row;
  }

  static EvaluationOutcome evaluationOutcome(Evaluation row) {
    EvaluationOutcome outcome = new EvaluationOutcome();
    outcome.setName(row.getName());
    outcome.setScore(row.getScore());
    outcome.setLabel(row.getLabel());
    outcome.setPassed(row.getPassed());
    return outcome;
  }

  static FeedbackOutcome feedbackOutcome(FeedbackEvent event) {
    FeedbackOutcome outcome = new FeedbackOutcome();
    outcome.setFeedbackId(event.getFeedbackId());
    outcome.setKind(event.getKind());
    outcome.setName(event.getName());
    outcome.setScore(event.getScore());
    outcome.setLabel(event.getLabel());
    outcome.setOccurredAt(event.getOccurredAt());
    return outcome;
  }
}

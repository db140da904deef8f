package dev.recount.topology.fold;

import dev.recount.avro.DecisionRecord;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.FeedbackOutcome;
import dev.recount.avro.Phase;
import dev.recount.avro.Status;
import dev.recount.topology.convention.Fact;
import java.time.Instant;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** Turns finished drafts into rows. */
final class DecisionRows {
  private DecisionRows() {}

  static DecisionRecord row(String traceId, DecisionDraft draft, Identity trace) {
    DecisionRecord row = new DecisionRecord();
    row.setTraceId(traceId);
    row.setDecisionId(draft.id);
    row.setParentId(draft.parent == null ? null : draft.parent.id);
    row.setSpanId(draft.spanId());
    row.setChain(CausalPath.chain(draft));
    row.setStep(draft.step);
    row.setKind(draft.kind);
    row.setName(draft.name);
    identify(row, draft, trace);
    row.setStartedAt(Times.micros(draft.start));
    row.setEndedAt(draft.ended ? Times.micros(draft.end) : null);
    row.setToolName(draft.toolName);
    row.setToolCallId(draft.toolCallId);
    row.setToolArguments(draft.toolArguments);
    row.setToolResult(draft.toolResult);
    row.setConsidered(draft.considered);
    row.setChosen(draft.chosen);
    row.setRationale(draft.rationale);
    row.setConfidence(draft.confidence);
    row.setConstraints(draft.constraints);
    row.setExpectedOutcome(draft.expectedOutcome);
    row.setActualOutcome(actualOutcome(draft));
    row.setStatus(draft.status);
    row.setErrorType(draft.errorType);
    row.setErrorMessage(draft.errorMessage);
    row.setInputTokens(draft.inputTokens);
    row.setOutputTokens(draft.outputTokens);
    row.setSnapshotId(
        draft.snapshot == null ? draft.statedSnapshotId : draft.snapshot.getSnapshotId());
    row.setContextTokens(ContextWindow.tokens(draft));
    row.setContextLimit(ContextWindow.limit(draft));
    row.setContextTruncated(ContextWindow.truncated(draft));
    row.setMemoryChunkIds(ContextWindow.memoryChunks(draft));
    row.setToolDepth(draft.toolDepth);
    row.setFlags(new ArrayList<>(draft.flags));
    row.setSuspectDecisionId(draft.failed() && draft.suspect != null ? draft.suspect.id : null);
    row.setEvaluations(draft.evaluations);
    row.setFeedback(draft.feedback);
    row.setFeedbackLagMs(
        draft.feedback.isEmpty()
            ? null
            : Long.valueOf(Times.millisBetween(draft.end, draft.feedback.get(0).getOccurredAt())));
    row.setRetained(true);
    row.setSampleWeight(1.0);
    row.setPhase(Phase.provisional);
    row.setKeyTime(Instant.EPOCH);
    return row;
  }

  private static void identify(DecisionRecord row, DecisionDraft draft, Identity trace) {
    SpanNode node = draft.node;
    row.setService(node == null ? trace.service() : node.span.getServiceName());
    row.setEnvironment(node == null ? trace.environment() : node.inherited(Fact.ENVIRONMENT));
    row.setSessionId(node == null ? trace.sessionId() : node.inherited(Fact.SESSION_ID));
    row.setUserId(node == null ? trace.userId() : node.inherited(Fact.USER_ID));
    row.setVersions(draft.versions);
  }

  /** What came of a decision: the world's word, else its error, else the tool's result. */
  private static @Nullable String actualOutcome(DecisionDraft draft) {
    for (int i = draft.feedback.size() - 1; i >= 0; i--) {
      FeedbackOutcome outcome = draft.feedback.get(i);
      if (outcome.getKind() == FeedbackKind.OUTCOME && outcome.getLabel() != null) {
        return outcome.getLabel();
      }
    }
    if (draft.status == Status.error) {
      return draft.errorMessage != null ? draft.errorMessage : draft.errorType;
    }
    return draft.expectedOutcome == null ? null : draft.toolResult;
  }
}

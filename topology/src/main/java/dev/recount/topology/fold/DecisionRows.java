package dev.recount.topology.fold;

import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Phase;
import dev.recount.topology.convention.Fact;
import java.time.Instant;
import java.util.List;

/** Turns finished drafts into rows, feedback aside. */
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
    row.setStatus(draft.status);
    row.setErrorType(draft.errorType);
    row.setErrorMessage(draft.errorMessage);
    row.setInputTokens(draft.tokens.input());
    row.setOutputTokens(draft.tokens.output());
    row.setTotalTokens(draft.tokens.total());
    row.setFreshInputTokens(draft.tokens.fresh());
    row.setCacheReadTokens(draft.tokens.cacheRead());
    row.setCacheWriteTokens(draft.tokens.cacheWrite());
    row.setReasoningTokens(draft.tokens.reasoning());
    row.setCostNanoUsd(draft.costNanoUsd);
    row.setResponseId(draft.node == null ? null : draft.node.own(Fact.RESPONSE_ID));
    row.setSnapshotId(draft.snapshot == null ? draft.statedSnapshotId : draft.snapshot.id());
    row.setContextTokens(ContextWindow.tokens(draft));
    row.setContextLimit(ContextWindow.limit(draft));
    row.setContextTruncated(ContextWindow.truncated(draft));
    row.setMemoryChunkIds(ContextWindow.memoryChunks(draft));
    row.setToolDepth(draft.toolDepth);
    row.setFlags(Warning.texts(draft.warnings));
    row.setSuspectDecisionId(draft.failed() && draft.suspect != null ? draft.suspect.id : null);
    row.setEvaluations(List.of());
    row.setFeedback(List.of());
    row.setRetained(true);
    row.setSampleWeight(1.0);
    row.setPhase(Phase.provisional);
    row.setKeyTime(Instant.EPOCH);
    return row;
  }

  private static void identify(DecisionRecord row, DecisionDraft draft, Identity trace) {
    SpanNode node = draft.place;
    row.setService(node == null ? trace.service() : node.span.getServiceName());
    row.setEnvironment(node == null ? trace.environment() : node.inherited(Fact.ENVIRONMENT));
    row.setSessionId(node == null ? trace.sessionId() : node.inherited(Fact.SESSION_ID));
    row.setUserId(node == null ? trace.userId() : node.inherited(Fact.USER_ID));
    row.setVersions(draft.versions);
  }
}

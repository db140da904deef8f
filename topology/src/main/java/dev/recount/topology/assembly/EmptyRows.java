package dev.recount.topology.assembly;

import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.SnapshotBoundary;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.Status;
import dev.recount.avro.TraceRecord;
import dev.recount.avro.Versions;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Rows that carry their key only: they take another row back. */
final class EmptyRows {
  private EmptyRows() {}

  static TraceRecord trace(String traceId) {
    TraceRecord row = new TraceRecord();
    row.setTraceId(traceId);
    row.setVersions(new Versions());
    row.setStartedAt(Instant.EPOCH);
    row.setTools(List.of());
    row.setFlags(List.of());
    row.setStatus(Status.unset);
    row.setEvaluations(List.of());
    row.setFeedback(List.of());
    row.setSampleWeight(1.0);
    return row;
  }

  static DecisionRecord decision(String traceId, String decisionId, DecisionKind kind) {
    DecisionRecord row = new DecisionRecord();
    row.setTraceId(traceId);
    row.setDecisionId(decisionId);
    row.setKind(kind);
    row.setChain(List.of());
    row.setVersions(new Versions());
    row.setStartedAt(Instant.EPOCH);
    row.setConsidered(List.of());
    row.setConstraints(List.of());
    row.setStatus(Status.unset);
    row.setMemoryChunkIds(List.of());
    row.setFlags(List.of());
    row.setEvaluations(List.of());
    row.setFeedback(List.of());
    row.setSampleWeight(1.0);
    return row;
  }

  static Evaluation evaluation(String traceId, String evaluationId) {
    Evaluation row = new Evaluation();
    row.setTraceId(traceId);
    row.setEvaluationId(evaluationId);
    row.setName("");
    row.setVersions(new Versions());
    row.setEvaluatedAt(Instant.EPOCH);
    row.setSampleWeight(1.0);
    return row;
  }

  static FeedbackEvent feedback(String feedbackId) {
    FeedbackEvent event = new FeedbackEvent();
    event.setFeedbackId(feedbackId);
    event.setKind(FeedbackKind.RATING);
    event.setOccurredAt(Instant.EPOCH);
    event.setAttributes(Map.of());
    return event;
  }

  static SnapshotRecord snapshot(String traceId, String snapshotId) {
    SnapshotRecord row = new SnapshotRecord();
    row.setTraceId(traceId);
    row.setSnapshotId(snapshotId);
    row.setCapturedAt(Instant.EPOCH);
    row.setBoundary(SnapshotBoundary.OTHER);
    row.setSegments(List.of());
    row.setTokensByKind(Map.of());
    row.setKept(List.of());
    row.setLostInstructions(List.of());
    row.setMemoryChunks(List.of());
    row.setVersions(new Versions());
    row.setSampleWeight(1.0);
    row.setFollowing(List.of());
    return row;
  }
}

package dev.recount.topology.fold;

import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.SnapshotRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * From the events of a trace to its rows. A pure function: the same set of events gives equal rows,
 * in whatever order they arrived and are handed over.
 */
public final class TraceFold {
  private TraceFold() {}

  /** Folds the events of one trace. Costs O(n log n) in their number. */
  public static TraceRows fold(TraceContents contents) {
    String traceId = contents.traceId();
    SpanTree tree = SpanTree.of(contents.spans());
    List<DecisionDraft> decisions = DecisionBuilder.build(traceId, tree, contents.decisions());
    CausalPath.trace(decisions);
    SnapshotJoin snapshots = new SnapshotJoin(tree, contents.snapshots());
    snapshots.join(decisions);
    Warnings.flag(decisions);
    CausalPath.findSuspects(decisions);
    List<TraceContents.LinkedFeedback> feedback =
        contents.feedback().stream().sorted(FeedbackJoin.BY_OCCURRENCE).toList();
    Map<String, DecisionDraft> decisionOfFeedback =
        new FeedbackJoin(tree, decisions).join(feedback);

    Identity identity = Identity.of(contents, tree, decisions);
    List<DecisionRecord> decisionRows = new ArrayList<>(decisions.size());
    for (DecisionDraft decision : decisions) {
      decisionRows.add(DecisionRows.row(traceId, decision, identity));
    }
    List<FeedbackRecord> feedbackRows = new ArrayList<>(feedback.size());
    List<Evaluation> evaluationRows = new ArrayList<>();
    Long traceEnd = TraceRow.end(tree, decisions);
    for (TraceContents.LinkedFeedback linked : feedback) {
      DecisionDraft decision = decisionOfFeedback.get(linked.event().getFeedbackId());
      feedbackRows.add(FeedbackRows.row(traceId, linked, decision, traceEnd, identity));
      if (linked.event().getKind() == FeedbackKind.EVALUATION) {
        evaluationRows.add(FeedbackRows.evaluation(traceId, linked.event(), decision, identity));
      }
    }
    evaluationRows.sort(Comparator.comparing(Evaluation::getEvaluationId));
    return new TraceRows(
        new TraceRow(contents, tree, decisions, feedback).build(identity),
        decisionRows,
        snapshotRows(contents, snapshots, decisions, identity),
        evaluationRows,
        feedbackRows);
  }

  private static List<SnapshotRecord> snapshotRows(
      TraceContents contents, SnapshotJoin join, List<DecisionDraft> decisions, Identity identity) {
    Map<String, DecisionDraft> decisionOfSnapshot = new HashMap<>();
    for (DecisionDraft decision : decisions) {
      ContextSnapshot snapshot = decision.snapshot;
      if (snapshot != null) {
        decisionOfSnapshot.putIfAbsent(snapshot.getSnapshotId(), decision);
      }
    }
    List<SnapshotRecord> rows = new ArrayList<>(contents.snapshots().size());
    for (ContextSnapshot snapshot :
        contents.snapshots().stream().sorted(SnapshotJoin.BY_CAPTURE).toList()) {
      rows.add(
          SnapshotRows.row(
              snapshot,
              join.spanOf(snapshot),
              decisionOfSnapshot.get(snapshot.getSnapshotId()),
              identity));
    }
    return rows;
  }
}

package dev.recount.topology.fold;

import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.TraceRecord;
import dev.recount.topology.Interpretation;
import dev.recount.topology.context.Contents;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * From the events of a trace to its rows. A pure function: the same set of events gives equal rows,
 * in whatever order they arrived and are handed over.
 */
public final class TraceFold {
  private TraceFold() {}

  /** Folds the events of one trace by the tables that come with Recount. */
  public static TraceRows fold(TraceContents contents) {
    return fold(contents, Interpretation.standard());
  }

  /** Folds the events of one trace. Costs O(n log n) in their number, and linear in their size. */
  public static TraceRows fold(TraceContents contents, Interpretation interpretation) {
    String traceId = contents.traceId();
    SpanTree tree = SpanTree.of(contents.spans(), interpretation.mapper());
    Contents bodies = new Contents();
    DerivedSnapshots derived = new DerivedSnapshots(tree, contents.snapshots(), bodies);
    Conversations conversations =
        Conversations.of(tree, contents.logs(), contents.answers(), derived);
    List<DecisionDraft> decisions =
        DecisionBuilder.build(traceId, tree, conversations, contents.decisions(), interpretation);
    CausalPath.trace(tree, decisions);
    VersionTuples.spreadToolSchema(decisions);
    ContextFigures.complete(decisions, interpretation.models());
    derived.make(traceId, decisions);
    List<ContextSnapshot> windows = new ArrayList<>(contents.snapshots());
    windows.addAll(derived.snapshots());
    SnapshotJoin snapshots = new SnapshotJoin(tree, windows);
    snapshots.join(decisions);
    SnapshotHistory history = new SnapshotHistory(windows, bodies, derived.compacted());
    history.note(decisions);
    Warnings.flag(decisions);
    CausalPath.findSuspects(decisions);
    Identity identity = Identity.of(contents, tree, decisions);
    List<DecisionRecord> decisionRows = new ArrayList<>(decisions.size());
    for (DecisionDraft decision : decisions) {
      decisionRows.add(DecisionRows.row(traceId, decision, identity));
    }
    TraceRecord traceRow = new TraceRow(contents, tree, windows, decisions).build(identity);
    Map<String, String> enclosing = enclosingDecisions(tree, decisions);
    FeedbackOverlay overlay =
        FeedbackOverlay.lay(traceRow, decisionRows, enclosing, contents.feedback());
    // After what the world said, which evaluators may ask for, and before what sums verdicts up.
    List<Evaluation> verdicts =
        VerdictRows.of(
            interpretation.evaluators(),
            TraceRow.asFolded(traceRow, contents, tree, decisions),
            decisionRows,
            tree,
            history);
    FeedbackOverlay.Added added = overlay.complete(verdicts);
    return new TraceRows(
        traceRow,
        decisionRows,
        snapshotRows(history, derived, snapshots, decisions, identity),
        history.contents(),
        added.evaluations(),
        verdicts,
        added.feedback(),
        conversations.mentions(traceId),
        enclosing);
  }

  /**
   * Brings the row of a trace over its cap up to date with spans that are not folded: they are
   * counted, and the trace lasts until the last of them has ended.
   *
   * @param row the row of the last fold; changed in place
   * @param spans number of spans, folded or not
   * @param latestEnd end of the span that ended last, nanoseconds since the Unix epoch; 0 when none
   *     has ended
   * @return whether the row changed
   */
  public static boolean countBeyondCap(TraceRecord row, long spans, long latestEnd) {
    Instant ended = row.getEndedAt();
    Instant latest = latestEnd == 0 ? null : Times.micros(latestEnd);
    boolean later = latest != null && (ended == null || latest.isAfter(ended));
    if (row.getSpanCount() == spans && !later) {
      return false;
    }
    row.setSpanCount(spans);
    if (later) {
      row.setEndedAt(latest);
    }
    return true;
  }

  /** For each span within a decision that is none itself, that decision: feedback may name it. */
  private static Map<String, String> enclosingDecisions(
      SpanTree tree, List<DecisionDraft> decisions) {
    NodeMap<String> bySpan = new NodeMap<>(tree.nodes());
    for (DecisionDraft decision : decisions) {
      if (decision.node != null) {
        bySpan.putIfAbsent(decision.node, decision.id);
      }
    }
    Map<String, String> enclosing = new HashMap<>();
    NodeMap<String> known = new NodeMap<>(tree.nodes());
    for (SpanNode node : tree.nodes()) {
      String decision = bySpan.get(node) == null ? enclosing(node, bySpan, known) : "";
      if (!decision.isEmpty()) {
        enclosing.put(node.id(), decision);
      }
    }
    return enclosing;
  }

  /** The decision at or around a span; empty when there is none. Climbs each branch once. */
  private static String enclosing(SpanNode from, NodeMap<String> bySpan, NodeMap<String> known) {
    List<SpanNode> climbed = new ArrayList<>();
    String found = "";
    for (SpanNode node = from; node != null; node = node.parent) {
      String decision = bySpan.get(node);
      decision = decision == null ? known.get(node) : decision;
      if (decision != null) {
        found = decision;
        break;
      }
      climbed.add(node);
    }
    for (SpanNode node : climbed) {
      known.put(node, found);
    }
    return found;
  }

  private static List<SnapshotRecord> snapshotRows(
      SnapshotHistory history,
      DerivedSnapshots derived,
      SnapshotJoin join,
      List<DecisionDraft> decisions,
      Identity identity) {
    Map<String, DecisionDraft> decisionOfSnapshot = new HashMap<>();
    for (DecisionDraft decision : decisions) {
      ContextSnapshot snapshot = decision.snapshot;
      if (snapshot != null) {
        decisionOfSnapshot.putIfAbsent(snapshot.getSnapshotId(), decision);
      }
    }
    List<SnapshotRecord> rows = new ArrayList<>(history.inOrder().size());
    for (ContextSnapshot snapshot : history.inOrder()) {
      rows.add(
          SnapshotRows.row(
              snapshot,
              history,
              derived.contains(snapshot),
              join.spanOf(snapshot),
              decisionOfSnapshot.get(snapshot.getSnapshotId()),
              identity));
    }
    return rows;
  }
}

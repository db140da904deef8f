package dev.recount.topology.fold;

import dev.recount.avro.Evaluation;
import dev.recount.avro.TraceRecord;
import dev.recount.topology.Interpretation;
import dev.recount.topology.context.Contents;
import java.time.Instant;
import java.util.List;

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
    SnapshotHistory history =
        new SnapshotHistory(contents.snapshots(), derived.snapshots(), bodies);
    new SnapshotJoin(tree, history.inOrder()).join(decisions);
    WarningRules.flag(decisions);
    CausalPath.findSuspects(decisions);
    Identity identity = Identity.of(contents, tree, decisions);
    DecisionList decisionRows =
        new DecisionList(
            decisions.size(), index -> DecisionRows.row(traceId, decisions.get(index), identity));
    TraceRecord traceRow =
        new TraceRow(contents, tree, history.inOrder(), decisions).build(identity);
    EnclosingDecisions enclosing = new EnclosingDecisions(tree, decisions);
    FeedbackOverlay overlay =
        FeedbackOverlay.lay(traceRow, decisionRows, enclosing, contents.feedback());
    FoldedPart foldedPart = TraceRow.foldedPart(contents, tree, decisions);
    // After what the world said, which evaluators may ask for, and before what sums verdicts up.
    List<Evaluation> verdicts =
        VerdictRows.of(
            interpretation.evaluators(),
            FoldedPart.row(traceRow, foldedPart),
            decisionRows,
            tree,
            history);
    FeedbackOverlay.Added added = overlay.complete(verdicts);
    return new TraceRows(
        traceRow,
        decisionRows,
        () -> history.inOrder().stream().map(node -> SnapshotRows.row(node, identity)).iterator(),
        history.contents(),
        added.evaluations(),
        verdicts,
        added.feedback(),
        conversations.mentions(traceId),
        enclosing,
        foldedPart);
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
}

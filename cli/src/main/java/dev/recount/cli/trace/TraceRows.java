package dev.recount.cli.trace;

import dev.recount.cli.sql.ClickHouse;
import java.util.List;
import java.util.Map;

/**
 * Everything that the tables hold about one trace.
 *
 * @param trace row of the trace
 * @param decisions its decisions, by step
 * @param snapshots its context snapshots, by time
 * @param feedback feedback that was joined to it, by time
 * @param evaluations verdicts of evaluators on it, by time
 */
record TraceRows(
    Row trace,
    List<Row> decisions,
    List<Row> snapshots,
    List<Row> feedback,
    List<Row> evaluations) {
  TraceRows {
    decisions = List.copyOf(decisions);
    snapshots = List.copyOf(snapshots);
    feedback = List.copyOf(feedback);
    evaluations = List.copyOf(evaluations);
  }

  /**
   * Reads a trace.
   *
   * @param named its ID, or the first digits of it
   * @throws dev.recount.cli.UserError when there is no such trace, or several
   */
  static TraceRows load(ClickHouse clickHouse, String named) {
    String traceId = TraceFinder.find(clickHouse, named);
    return new TraceRows(
        rows(clickHouse, "traces_latest", "trace_id", traceId).get(0),
        rows(clickHouse, "decisions_latest", "step, decision_id", traceId),
        rows(clickHouse, "context_snapshots_latest", "captured_at, snapshot_id", traceId),
        rows(clickHouse, "feedback_latest", "occurred_at, feedback_id", traceId),
        rows(clickHouse, "evaluations_latest", "evaluated_at, evaluation_id", traceId));
  }

  private static List<Row> rows(ClickHouse clickHouse, String view, String order, String traceId) {
    return clickHouse
        .rows(
            "SELECT * FROM " + view + " WHERE trace_id = {trace:String} ORDER BY " + order,
            Map.of("trace", traceId))
        .stream()
        .map(Row::new)
        .toList();
  }
}

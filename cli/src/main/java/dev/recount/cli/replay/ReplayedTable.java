package dev.recount.cli.replay;

import java.util.List;

/**
 * A table that is a function of the log.
 *
 * @param name its name
 * @param key columns that tell its rows apart, the trace or feedback first
 */
record ReplayedTable(String name, List<String> key) {
  /**
   * All of them, in the order in which they are exchanged: a trace's row comes last, so that
   * whoever sees it finds the rest.
   */
  static final List<ReplayedTable> ALL =
      List.of(
          new ReplayedTable("feedback", List.of("feedback_id")),
          new ReplayedTable("evaluations", List.of("trace_id", "evaluation_id")),
          new ReplayedTable("context_snapshots", List.of("trace_id", "snapshot_id")),
          new ReplayedTable("spans", List.of("trace_id", "span_id")),
          new ReplayedTable("decisions", List.of("trace_id", "decision_id")),
          new ReplayedTable("traces", List.of("trace_id")));
}

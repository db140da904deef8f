package dev.recount.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.avro.FeedbackKind;
import dev.recount.cli.output.Text;
import dev.recount.cli.output.TextTable;
import dev.recount.cli.sql.ClickHouse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What was sent against what ClickHouse holds, ID by ID.
 *
 * @param lines a line for each kind of telemetry
 */
record Proof(List<Line> lines) {
  /** Joins the parts of an ID. */
  private static final String JOIN = "/";

  /**
   * One kind of telemetry.
   *
   * @param what the kind
   * @param where the view that it is looked for in
   * @param sent how many were sent
   * @param found how many of them are there
   * @param unexpected how many are there that were not sent
   */
  record Line(String what, String where, long sent, long found, long unexpected) {
    boolean isComplete() {
      return sent == found && unexpected == 0;
    }
  }

  Proof {
    lines = List.copyOf(lines);
  }

  /** A kind of telemetry: how its IDs are written down in a plan and in a view. */
  private record Kind(
      String what, String where, Function<Run, Stream<String>> sent, String query) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind(
              "traces, settled",
              "traces_latest",
              run -> Stream.of(run.traceId()),
              "SELECT trace_id AS id FROM traces_latest WHERE phase != 'provisional'"),
          new Kind(
              "spans",
              "spans_latest",
              run -> run.spans().stream().map(span -> run.traceId() + JOIN + span.spanId()),
              "SELECT concat(trace_id, '/', span_id) AS id FROM spans_latest"),
          new Kind(
              "decisions with reasons",
              "decisions_latest",
              run ->
                  run.decisions().stream()
                      .map(decision -> run.traceId() + JOIN + decision.getSpanId()),
              "SELECT concat(trace_id, '/', span_id) AS id FROM decisions_latest"
                  + " WHERE rationale != '' AND phase != 'provisional'"),
          new Kind(
              "context snapshots",
              "context_snapshots_latest",
              run ->
                  run.snapshots().stream()
                      .map(snapshot -> run.traceId() + JOIN + snapshot.getSnapshotId()),
              "SELECT concat(trace_id, '/', snapshot_id) AS id FROM context_snapshots_latest"),
          new Kind(
              "feedback, joined",
              "feedback_latest",
              run ->
                  run.feedback().stream()
                      .map(feedback -> run.traceId() + JOIN + feedback.event().getFeedbackId()),
              "SELECT concat(trace_id, '/', feedback_id) AS id FROM feedback_latest"
                  + " WHERE match = 'TRACE'"),
          new Kind(
              "feedback in trace rows",
              "traces_latest",
              run ->
                  run.feedback().stream()
                      .map(PlannedFeedback::event)
                      .filter(event -> event.getKind() != FeedbackKind.EVALUATION)
                      .map(event -> run.traceId() + JOIN + event.getFeedbackId()),
              "SELECT concat(trace_id, '/', arrayJoin(feedback_ids)) AS id FROM traces_latest"));

  /** Compares. */
  static Proof take(Fleet fleet, ClickHouse clickHouse) {
    List<Line> lines = new ArrayList<>();
    for (Kind kind : KINDS) {
      Set<String> sent = fleet.runs().stream().flatMap(kind.sent()).collect(Collectors.toSet());
      Set<String> found = new HashSet<>();
      long rows = 0;
      for (JsonNode row : clickHouse.rows(kind.query(), Map.of())) {
        found.add(row.path("id").asText());
        rows++;
      }
      // A row that is there twice is as wrong as one that was never sent.
      long present = sent.stream().filter(found::contains).count();
      lines.add(new Line(kind.what(), kind.where(), sent.size(), present, rows - present));
    }
    return new Proof(lines);
  }

  boolean isComplete() {
    return lines.stream().allMatch(Line::isComplete);
  }

  long sent() {
    return lines.stream().mapToLong(Line::sent).sum();
  }

  long found() {
    return lines.stream().mapToLong(Line::found).sum();
  }

  List<String> table() {
    TextTable table =
        TextTable.of("what", "view", "sent", "found", "missing", "unexpected")
            .numbers("sent", "found", "missing", "unexpected");
    for (Line line : lines) {
      table.row(
          line.what(),
          line.where(),
          Text.count(line.sent()),
          Text.count(line.found()),
          Text.count(line.sent() - line.found()),
          Text.count(line.unexpected()));
    }
    return table.lines();
  }
}

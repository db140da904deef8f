package dev.recount.cli.sampling;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.cli.trace.TraceFinder;
import dev.recount.topology.sampling.Evidence;
import java.util.List;
import java.util.Map;

/**
 * A trace as it is stored, with the evidence that its rows are.
 *
 * @param retainedBy the rule that decided; empty when there were no rules
 * @param provisional whether it has not settled
 */
record StoredTrace(
    String traceId,
    boolean retained,
    String retainedBy,
    double weight,
    boolean provisional,
    Evidence evidence) {

  /**
   * Reads a trace.
   *
   * @param named its ID, or the first digits of it
   * @throws dev.recount.cli.UserError when there is no such trace, or several
   */
  static StoredTrace load(ClickHouse clickHouse, String named) {
    String id = TraceFinder.find(clickHouse, named);
    JsonNode trace = rows(clickHouse, "traces_latest", "trace_id", id).get(0);
    List<JsonNode> spans = rows(clickHouse, "spans_latest", "span_id", id);
    return new StoredTrace(
        id,
        trace.path("retained").asBoolean(),
        trace.path("retained_by").asText(),
        trace.path("sample_weight").asDouble(),
        trace.path("phase").asText().equals("provisional"),
        new Evidence(
            StoredRows.trace(trace),
            rows(clickHouse, "decisions_latest", "step, decision_id", id).stream()
                .map(StoredRows::decision)
                .toList(),
            rows(clickHouse, "evaluations_latest", "evaluation_id", id).stream()
                .map(StoredRows::evaluation)
                .toList(),
            rows(clickHouse, "feedback_latest", "feedback_id", id).stream()
                .map(StoredRows::feedback)
                .toList(),
            spans.stream().map(StoredRows::span).toList(),
            trace.path("retained").asBoolean()));
  }

  private static List<JsonNode> rows(
      ClickHouse clickHouse, String view, String order, String traceId) {
    return clickHouse.rows(
        "SELECT * FROM " + view + " WHERE trace_id = {trace:String} ORDER BY " + order,
        Map.of("trace", traceId));
  }
}

package dev.recount.cli.trace;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.cli.UserError;
import dev.recount.cli.sql.ClickHouse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

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
  private static final int FEWEST_DIGITS = 6;
  private static final int ALL_DIGITS = 32;
  private static final Pattern DIGITS = Pattern.compile("[0-9a-f]+");

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
   * @throws UserError when there is no such trace, or several
   */
  static TraceRows load(ClickHouse clickHouse, String named) {
    String traceId = find(clickHouse, named);
    return new TraceRows(
        rows(clickHouse, "traces_latest", "trace_id", traceId).get(0),
        rows(clickHouse, "decisions_latest", "step, decision_id", traceId),
        rows(clickHouse, "context_snapshots_latest", "captured_at, snapshot_id", traceId),
        rows(clickHouse, "feedback_latest", "occurred_at, feedback_id", traceId),
        rows(clickHouse, "evaluations_latest", "evaluated_at, evaluation_id", traceId));
  }

  private static String find(ClickHouse clickHouse, String named) {
    String digits = named.strip().toLowerCase(Locale.ROOT).replace("-", "");
    if (!DIGITS.matcher(digits).matches() || digits.length() > ALL_DIGITS) {
      throw new UserError(
          "Not a trace ID: " + named,
          "It has 32 hexadecimal digits, of which the first "
              + FEWEST_DIGITS
              + " or more will do.");
    }
    if (digits.length() < FEWEST_DIGITS) {
      throw new UserError(
          "Too few digits to find a trace by: " + named,
          "Give at least " + FEWEST_DIGITS + " of its 32 digits.");
    }
    boolean whole = digits.length() == ALL_DIGITS;
    List<JsonNode> found =
        clickHouse.rows(
            "SELECT trace_id FROM traces_latest WHERE "
                + (whole ? "trace_id = {digits:String}" : "startsWith(trace_id, {digits:String})")
                + " ORDER BY trace_id LIMIT 6",
            Map.of("digits", digits));
    if (found.isEmpty()) {
      throw new UserError(
          "There is no trace " + digits + (whole ? "" : "…") + " in ClickHouse.",
          "A trace appears once it has settled, some ten seconds after its root span has ended."
              + " `recount status` tells whether the pipeline keeps up.");
    }
    if (found.size() > 1) {
      throw new UserError(
          "Several traces begin with "
              + digits
              + ": "
              + ids(found)
              + (found.size() > 5 ? ", …" : ""),
          "Give more digits.");
    }
    return found.get(0).path("trace_id").asText();
  }

  private static String ids(List<JsonNode> found) {
    return String.join(
        ", ", found.stream().limit(5).map(row -> row.path("trace_id").asText()).toList());
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

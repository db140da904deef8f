package dev.recount.web.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.web.NotFound;
import dev.recount.web.Tables;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * All that is known of one trace. What comes with the whole is short, so that a trace of many
 * thousand steps comes at once; the long texts of a step come when somebody looks at it.
 */
public final class TraceStory {
  /** As many steps as a trace can have, by default. */
  private static final int MOST_STEPS = 20_000;

  private static final int MOST_SPANS = 20_000;
  private static final int MOST_VERDICTS = 2_000;
  private static final int MOST_OPTIONS = 200;
  private static final int MOST_SEGMENTS = 1_000;
  private static final int NAME = 200;
  private static final int LINE = 300;
  private static final int PARAGRAPH = 4_000;

  /** Longest text within an answer; what is longer is fetched by itself. */
  private static final int LONG_TEXT = 20_000;

  /** Texts of a step of any length. */
  private static final List<String> LONG_TEXTS =
      List.of(
          "chosen",
          "rationale",
          "tool_arguments",
          "tool_result",
          "expected_outcome",
          "actual_outcome",
          "error_message");

  private static final String VERSIONS =
      Sql.columns(
          List.of(
              Sql.cut("service", NAME),
              Sql.cut("environment", NAME),
              Sql.cut("session_id", NAME),
              Sql.cut("user_id", NAME),
              Sql.cut("agent_name", NAME),
              Sql.cut("agent_version", NAME),
              Sql.cut("model", NAME),
              Sql.cut("response_model", NAME),
              Sql.cut("prompt_name", NAME),
              Sql.cut("prompt_version", NAME),
              Sql.cut("tool_schema_version", NAME),
              Sql.cut("memory_index_version", NAME),
              Sql.cut("framework", NAME),
              Sql.cut("framework_version", NAME),
              Sql.cut("release", NAME)));

  private static final String USAGE =
      "input_tokens, output_tokens, total_tokens, fresh_input_tokens, cache_read_tokens,"
          + " cache_write_tokens, reasoning_tokens, cost_usd";

  private static final String TRACE =
      "trace_id, "
          + VERSIONS
          + ", "
          + USAGE
          + ", "
          + Sql.columns(
              List.of(
                  Sql.micros("started_at", "started_us"),
                  Sql.duration(),
                  Sql.cut("root_name", NAME),
                  "span_count",
                  "late_span_count",
                  "decision_count",
                  "error_count",
                  "snapshot_count",
                  Sql.cutAll("tools", 100, NAME),
                  Sql.cutAll("flags", 100, NAME),
                  "status",
                  Sql.cut("error_type", NAME),
                  "escalated",
                  "rolled_back",
                  "evaluation_min_score",
                  "feedback_score",
                  "max_context_utilization",
                  "suspect_decision_id",
                  "retained",
                  Sql.cut("retained_by", NAME),
                  "sample_weight",
                  "phase",
                  "revision"));

  private static final String STEP =
      Sql.columns(
          List.of(
              "decision_id",
              "parent_id",
              "span_id",
              "step",
              "kind",
              Sql.cut("name", NAME),
              Sql.micros("started_at", "started_us"),
              Sql.duration(),
              "status",
              Sql.cut("error_type", NAME),
              "snapshot_id",
              "context_tokens",
              "context_limit",
              "context_truncated",
              "confidence",
              "tool_depth",
              Sql.cutAll("flags", 20, NAME),
              "suspect_decision_id",
              "length(considered) AS considered_count",
              "total_tokens",
              "cost_usd",
              "outcome_matched",
              "length(evaluation_names) AS evaluation_count",
              "arrayCount(pass -> ifNull(pass = false, 0), evaluation_passed) AS evaluation_failed",
              "length(feedback_ids) AS feedback_count",
              "revision"));

  private static final String DETAIL =
      "trace_id, decision_id, parent_id, span_id, chain, step, kind, "
          + VERSIONS
          + ", "
          + USAGE
          + ", "
          + Sql.columns(
              List.of(
                  Sql.cut("name", NAME),
                  Sql.micros("started_at", "started_us"),
                  Sql.duration(),
                  Sql.cut("tool_name", NAME),
                  Sql.cut("tool_call_id", NAME),
                  "arrayMap(option -> CAST((leftUTF8(option.name, 300), option.score,"
                      + " leftUTF8(option.rejected_because, 2000)), 'Tuple(name String, score"
                      + " Nullable(Float64), rejected_because String)'), arraySlice(considered, 1, "
                      + MOST_OPTIONS
                      + ")) AS considered",
                  "confidence",
                  Sql.cutAll("constraints", 100, 2_000),
                  "outcome_matched",
                  "status",
                  Sql.cut("error_type", NAME),
                  "snapshot_id",
                  "context_tokens",
                  "context_limit",
                  "context_truncated",
                  Sql.cutAll("memory_chunk_ids", 200, NAME),
                  "tool_depth",
                  Sql.cutAll("flags", 100, NAME),
                  "suspect_decision_id",
                  "phase",
                  "revision"))
          + LONG_TEXTS.stream()
              .map(
                  column ->
                      ", "
                          + Sql.cut(column, LONG_TEXT)
                          + ", lengthUTF8(decisions_latest."
                          + column
                          + ") AS "
                          + column
                          + "_length")
              .collect(Collectors.joining());

  private static final String SNAPSHOT =
      Sql.columns(
          List.of(
              "snapshot_id",
              "span_id",
              "decision_id",
              Sql.micros("captured_at", "captured_us"),
              "boundary",
              "token_count",
              "token_limit",
              "truncated",
              "derived",
              "tokens_estimated",
              "segment_count",
              "tokens_by_kind",
              "base_snapshot_id",
              "length(segments) AS new_segments",
              "arrayCount(s -> s.truncated, segments) AS truncated_segments",
              "arrayCount(s -> s.kind = 'SUMMARY', segments) AS new_summaries",
              "evicted_segments",
              "evicted_tokens",
              "compacted",
              Sql.cutAll("lost_instructions", 20, LINE),
              "arrayMap(chunk -> CAST((leftUTF8(chunk.id, 200), chunk.score), 'Tuple(id String,"
                  + " score Nullable(Float64))'), arraySlice(memory_chunks, 1, 50)) AS"
                  + " memory_chunks"));

  private static final String SEGMENTS =
      "arrayMap(s -> CAST((s.kind, leftUTF8(s.source, 200), s.token_count, s.original_token_count,"
          + " s.score, s.truncated), 'Tuple(kind String, source String, token_count"
          + " Nullable(Int64), original_token_count Nullable(Int64), score Nullable(Float64),"
          + " truncated Bool)'), arraySlice(segments, 1, "
          + MOST_SEGMENTS
          + ")) AS segments";

  private static final String FEEDBACK =
      Sql.columns(
          List.of(
              "feedback_id",
              "kind",
              Sql.cut("source", NAME),
              Sql.cut("name", NAME),
              "score",
              Sql.cut("label", NAME),
              "passed",
              Sql.cut("comment", PARAGRAPH),
              Sql.micros("occurred_at", "occurred_us"),
              "decision_id",
              "lag_ms"));

  private static final String EVALUATION =
      Sql.columns(
          List.of(
              "evaluation_id",
              "decision_id",
              Sql.cut("name", NAME),
              Sql.cut("evaluator", NAME),
              "score",
              Sql.cut("label", NAME),
              "passed",
              Sql.cut("explanation", PARAGRAPH),
              Sql.micros("evaluated_at", "evaluated_us")));

  private static final String SPAN =
      Sql.columns(
          List.of(
              "span_id",
              "parent_span_id",
              Sql.cut("name", NAME),
              "kind",
              "intDiv(toUnixTimestamp64Nano(started_at), 1000) AS started_us",
              "intDiv(toUnixTimestamp64Nano(ended_at), 1000) - intDiv(toUnixTimestamp64Nano(started_at), 1000)"
                  + " AS duration_us",
              "status"));

  private final Tables tables;

  /** Reads from these tables. */
  public TraceStory(Tables tables) {
    this.tables = tables;
  }

  /**
   * {@code trace}, and its {@code steps}, {@code snapshots}, {@code evaluations} and {@code
   * feedback} in order of time.
   *
   * @throws NotFound when there is no such trace
   */
  public ObjectNode trace(Parameters parameters) {
    String traceId = traceId(parameters);
    parameters.finish();
    List<JsonNode> found = rows(TRACE, "traces_latest", "trace_id", 1, traceId);
    if (found.isEmpty()) {
      throw new NotFound(
          "There is no trace " + traceId + ". A trace appears some seconds after its first span.");
    }
    ObjectNode story = JsonNodeFactory.instance.objectNode();
    story.set("trace", found.get(0));
    story
        .putArray("steps")
        .addAll(rows(STEP, "decisions_latest", "step, decision_id", MOST_STEPS, traceId));
    story
        .putArray("snapshots")
        .addAll(
            rows(
                SNAPSHOT,
                "context_snapshots_latest",
                "captured_at, snapshot_id",
                MOST_STEPS,
                traceId));
    story
        .putArray("evaluations")
        .addAll(
            rows(
                EVALUATION,
                "evaluations_latest",
                "evaluated_at, evaluation_id",
                MOST_VERDICTS,
                traceId));
    story
        .putArray("feedback")
        .addAll(
            rows(FEEDBACK, "feedback_latest", "occurred_at, feedback_id", MOST_VERDICTS, traceId));
    return story;
  }

  /** The {@code spans} of a retained trace in order of time, the first 20,000 of them. */
  public ObjectNode spans(Parameters parameters) {
    String traceId = traceId(parameters);
    parameters.finish();
    ObjectNode spans = JsonNodeFactory.instance.objectNode();
    spans
        .putArray("spans")
        .addAll(rows(SPAN, "spans_latest", "started_at, span_id", MOST_SPANS, traceId));
    return spans;
  }

  /**
   * The {@code step} with all its texts, each cut at 20,000 characters with its length beside it,
   * and the {@code snapshot} that it was made in, segments included, where that is known.
   *
   * @throws NotFound when there is no such step
   */
  public ObjectNode step(Parameters parameters) {
    String traceId = traceId(parameters);
    String decisionId = parameters.required("decision_id");
    parameters.finish();
    Sql sql = new Sql();
    List<JsonNode> found =
        sql.run(
            tables,
            "SELECT "
                + DETAIL
                + " FROM decisions_latest WHERE trace_id = "
                + sql.text(traceId)
                + " AND decision_id = "
                + sql.text(decisionId));
    if (found.isEmpty()) {
      throw new NotFound("The trace has no decision " + decisionId + ".");
    }
    ObjectNode detail = JsonNodeFactory.instance.objectNode();
    detail.set("step", found.get(0));
    String snapshotId = found.get(0).path("snapshot_id").asText();
    if (!snapshotId.isEmpty()) {
      Sql ofSnapshot = new Sql();
      ofSnapshot
          .run(
              tables,
              "SELECT "
                  + SNAPSHOT
                  + ", "
                  + SEGMENTS
                  + " FROM context_snapshots_latest WHERE trace_id = "
                  + ofSnapshot.text(traceId)
                  + " AND snapshot_id = "
                  + ofSnapshot.text(snapshotId))
          .forEach(snapshot -> detail.set("snapshot", snapshot));
    }
    return detail;
  }

  /**
   * A text of a step, whole.
   *
   * @throws NotFound when there is no such step
   */
  public String text(Parameters parameters) {
    String traceId = traceId(parameters);
    String decisionId = parameters.required("decision_id");
    String column = parameters.oneOf("field", Set.copyOf(LONG_TEXTS)).orElse(LONG_TEXTS.get(0));
    parameters.finish();
    Sql sql = new Sql();
    List<JsonNode> found =
        sql.run(
            tables,
            "SELECT "
                + column
                + " AS text FROM decisions_latest WHERE trace_id = "
                + sql.text(traceId)
                + " AND decision_id = "
                + sql.text(decisionId));
    if (found.isEmpty()) {
      throw new NotFound("The trace has no decision " + decisionId + ".");
    }
    return found.get(0).path("text").asText();
  }

  /** The names that {@link #text} takes. */
  public static Set<String> longTexts() {
    return new TreeSet<>(LONG_TEXTS);
  }

  private List<JsonNode> rows(
      String columns, String view, String order, int limit, String traceId) {
    Sql sql = new Sql();
    // Ordered within: outside, a column may carry the name of one that was cut.
    return sql.run(
        tables,
        "SELECT "
            + columns
            + " FROM (SELECT * FROM "
            + view
            + " WHERE trace_id = "
            + sql.text(traceId)
            + " ORDER BY "
            + order
            + " LIMIT "
            + limit
            + ")");
  }

  /** The ID of a trace: 32 hexadecimal digits, in any case. */
  public static String traceId(Parameters parameters) {
    String digits = parameters.required("trace_id").toLowerCase(Locale.ROOT);
    if (!digits.matches("[0-9a-f]{32}")) {
      throw new BadParameter("trace_id", "Not 32 hexadecimal digits.");
    }
    return digits;
  }
}

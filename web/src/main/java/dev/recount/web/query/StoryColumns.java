package dev.recount.web.query;

import java.util.List;
import java.util.stream.Collectors;

/** What is read of a trace and its parts: names cut, and of lists as much as somebody looks at. */
final class StoryColumns {
  private static final int MOST_OPTIONS = 200;
  private static final int MOST_SEGMENTS = 1_000;
  private static final int NAME = Sql.NAME;
  private static final int LINE = 300;
  private static final int PARAGRAPH = 4_000;

  /** Longest text within an answer; what is longer is fetched by itself. */
  private static final int LONG_TEXT = 20_000;

  /** Texts of a step of any length. */
  static final List<String> LONG_TEXTS =
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

  /** Of the trace. */
  static final String TRACE =
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

  /** Of a decision among many: no long text. */
  static final String STEP =
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

  /** Of a decision that is looked at: its texts, each with its length beside it. */
  static final String DETAIL =
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

  /** Of a context snapshot. */
  static final String SNAPSHOT =
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

  /** Of the segments that are new in a snapshot. */
  static final String SEGMENTS =
      "arrayMap(s -> CAST((s.kind, leftUTF8(s.source, 200), s.token_count, s.original_token_count,"
          + " s.score, s.truncated), 'Tuple(kind String, source String, token_count"
          + " Nullable(Int64), original_token_count Nullable(Int64), score Nullable(Float64),"
          + " truncated Bool)'), arraySlice(segments, 1, "
          + MOST_SEGMENTS
          + ")) AS segments";

  /** Of feedback. */
  static final String FEEDBACK =
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

  /** Of a verdict. */
  static final String EVALUATION =
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

  /** Of a span. */
  static final String SPAN =
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

  private StoryColumns() {}
}

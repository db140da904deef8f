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

/**
 * All that is known of one trace. What comes with the whole is short, so that a trace of many
 * thousand steps comes at once; the long texts of a step come when somebody looks at it.
 */
public final class TraceStory {
  /** As many steps as a trace can have, by default. */
  private static final int MOST_STEPS = 20_000;

  private static final int MOST_SPANS = 20_000;
  private static final int MOST_VERDICTS = 2_000;

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
    List<JsonNode> found = rows(StoryColumns.TRACE, "traces_latest", "trace_id", 1, traceId);
    if (found.isEmpty()) {
      throw new NotFound(
          "There is no trace "
              + traceId
              + ". A trace appears when its root has ended, or half a minute after its first span.");
    }
    ObjectNode story = JsonNodeFactory.instance.objectNode();
    story.set("trace", found.get(0));
    story
        .putArray("steps")
        .addAll(
            rows(StoryColumns.STEP, "decisions_latest", "step, decision_id", MOST_STEPS, traceId));
    story
        .putArray("snapshots")
        .addAll(
            rows(
                StoryColumns.SNAPSHOT,
                "context_snapshots_latest",
                "captured_at, snapshot_id",
                MOST_STEPS,
                traceId));
    story
        .putArray("evaluations")
        .addAll(
            rows(
                StoryColumns.EVALUATION,
                "evaluations_latest",
                "evaluated_at, evaluation_id",
                MOST_VERDICTS,
                traceId));
    story
        .putArray("feedback")
        .addAll(
            rows(
                StoryColumns.FEEDBACK,
                "feedback_latest",
                "occurred_at, feedback_id",
                MOST_VERDICTS,
                traceId));
    return story;
  }

  /** The {@code spans} of a retained trace in order of time, the first 20,000 of them. */
  public ObjectNode spans(Parameters parameters) {
    String traceId = traceId(parameters);
    parameters.finish();
    ObjectNode spans = JsonNodeFactory.instance.objectNode();
    spans
        .putArray("spans")
        .addAll(
            rows(StoryColumns.SPAN, "spans_latest", "started_at, span_id", MOST_SPANS, traceId));
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
    JsonNode step = decision(StoryColumns.DETAIL, traceId, decisionId);
    ObjectNode detail = JsonNodeFactory.instance.objectNode();
    detail.set("step", step);
    String snapshotId = step.path("snapshot_id").asText();
    if (!snapshotId.isEmpty()) {
      Sql ofSnapshot = new Sql();
      ofSnapshot
          .run(
              tables,
              "SELECT "
                  + StoryColumns.SNAPSHOT
                  + ", "
                  + StoryColumns.SEGMENTS
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
    String column =
        parameters
            .oneOf("field", Set.copyOf(StoryColumns.LONG_TEXTS))
            .orElse(StoryColumns.LONG_TEXTS.get(0));
    parameters.finish();
    return decision(column + " AS text", traceId, decisionId).path("text").asText();
  }

  private JsonNode decision(String columns, String traceId, String decisionId) {
    Sql sql = new Sql();
    List<JsonNode> found =
        sql.run(
            tables,
            "SELECT "
                + columns
                + " FROM decisions_latest WHERE trace_id = "
                + sql.text(traceId)
                + " AND decision_id = "
                + sql.text(decisionId));
    if (found.isEmpty()) {
      throw new NotFound("The trace has no decision " + decisionId + ".");
    }
    return found.get(0);
  }

  /** The names that {@link #text} takes. */
  public static Set<String> longTexts() {
    return new TreeSet<>(StoryColumns.LONG_TEXTS);
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

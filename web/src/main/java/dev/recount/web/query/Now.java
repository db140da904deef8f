package dev.recount.web.query;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.web.PipelineStatus;
import dev.recount.web.Tables;

/** What is going on at this moment. */
public final class Now {
  private static final int MOST_OPEN = 50;
  private static final int MOST_ALERTS = 100;
  private static final int NAME = 200;

  private final Tables tables;
  private final PipelineStatus pipeline;

  /** Looks into these tables, and at this pipeline. */
  public Now(Tables tables, PipelineStatus pipeline) {
    this.tables = tables;
    this.pipeline = pipeline;
  }

  /**
   * {@code open}: the traces that have not settled, the latest first; {@code alerts}: those that
   * fire, and those that stopped within a day; {@code feedback}: the latest; {@code pipeline}: as
   * {@link PipelineStatus#now} says.
   */
  public ObjectNode now(Parameters parameters) {
    parameters.finish();
    ObjectNode now = JsonNodeFactory.instance.objectNode();
    now.putArray("open")
        .addAll(
            new Sql()
                .run(
                    tables,
                    "SELECT trace_id, "
                        + Sql.micros("started_at", "started_us")
                        + ", "
                        + Sql.cut("root_name", NAME)
                        + ", "
                        + Sql.cut("agent_name", NAME)
                        + ", "
                        + Sql.cut("agent_version", NAME)
                        + ", span_count, decision_count, error_count FROM (SELECT * FROM"
                        + " traces_latest WHERE phase = 'provisional' ORDER BY started_at DESC"
                        + " LIMIT "
                        + MOST_OPEN
                        + ") ORDER BY started_us DESC, trace_id"));
    now.putArray("alerts")
        .addAll(
            new Sql()
                .run(
                    tables,
                    "SELECT alert_id, rule, state, severity, "
                        + Sql.cut("summary", 1_000)
                        + ", labels, value, threshold, "
                        + Sql.micros("fired_at", "fired_us")
                        + ", toUnixTimestamp64Micro(resolved_at) AS resolved_us,"
                        + " arraySlice(example_trace_ids, 1, 5) AS example_trace_ids"
                        + " FROM (SELECT * FROM alerts_latest WHERE isNull(resolved_at) OR"
                        + " resolved_at > now64(6) - INTERVAL 1 DAY"
                        + " ORDER BY isNull(resolved_at) DESC, fired_at DESC LIMIT "
                        + MOST_ALERTS
                        + ") ORDER BY isNull(resolved_us) DESC, fired_us DESC"));
    now.putArray("feedback")
        .addAll(
            new Sql()
                .run(
                    tables,
                    "SELECT feedback_id, kind, "
                        + Sql.cut("source", NAME)
                        + ", "
                        + Sql.cut("name", NAME)
                        + ", score, "
                        + Sql.cut("label", NAME)
                        + ", passed, "
                        + Sql.cut("comment", 500)
                        + ", "
                        + Sql.micros("occurred_at", "occurred_us")
                        + ", trace_id FROM (SELECT * FROM feedback_latest"
                        + " ORDER BY occurred_at DESC LIMIT 20) ORDER BY occurred_us DESC"));
    now.set("pipeline", pipeline.now());
    return now;
  }
}

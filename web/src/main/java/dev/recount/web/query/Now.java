package dev.recount.web.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.web.PipelineStatus;
import dev.recount.web.Tables;
import dev.recount.web.Unavailable;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What is going on at this moment. */
public final class Now {
  private static final int MOST_OPEN = 50;
  private static final int MOST_ALERTS = 100;
  private static final int NAME = 200;

  /** Shorter than ClickHouse is given elsewhere: who looks here wants to know that it is away. */
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private static final Executor THREADS =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "recount-page-now");
            thread.setDaemon(true);
            return thread;
          });

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
   * {@link PipelineStatus#now} says. Where the tables do not answer, {@code unavailable} says why,
   * and only the pipeline is told: it is looked at when something is down.
   */
  public ObjectNode now(Parameters parameters) {
    parameters.finish();
    ObjectNode now = JsonNodeFactory.instance.objectNode();
    CompletableFuture<ObjectNode> rows =
        CompletableFuture.supplyAsync(this::rows, THREADS)
            .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    JsonNode status = pipeline.now();
    try {
      now.setAll(rows.join());
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof TimeoutException) {
        now.put(
            "unavailable", "ClickHouse has not answered for " + PATIENCE.toSeconds() + " seconds.");
      } else if (failed.getCause() instanceof Unavailable away) {
        now.put("unavailable", away.getMessage());
      } else {
        throw failed;
      }
    }
    now.set("pipeline", status);
    return now;
  }

  private ObjectNode rows() {
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
    return now;
  }
}

package dev.recount.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.cli.oracle.Telemetry;
import dev.recount.cli.sql.ClickHouse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What was sent while each fault lasted, and what of it is in ClickHouse afterwards. */
final class FaultTable {
  private static final Map<String, String> KEYS =
      Map.of(
          "spans", "concat(trace_id, '/', span_id)",
          "decisions", "concat(trace_id, '/', decision_id)",
          "context_snapshots", "concat(trace_id, '/', snapshot_id)",
          "feedback", "feedback_id");

  /** A fault and the events that were sent from its beginning until all was well again. */
  record Window(String fault, int from, int to, Duration took) {}

  /** What became of the events of a window, by identity. */
  record Row(String fault, Duration took, int sent, int found, int doubled, int lost) {}

  private final List<Window> windows = new ArrayList<>();
  private final List<? extends Telemetry> events;

  FaultTable(List<? extends Telemetry> events) {
    this.events = events;
  }

  /** Lets a fault happen under load, until it is over. */
  void during(String fault, Flow flow, Runnable happens) {
    int from = flow.sent();
    long begin = System.nanoTime();
    happens.run();
    windows.add(new Window(fault, from, flow.sent(), Duration.ofNanos(System.nanoTime() - begin)));
  }

  List<Row> rows(ClickHouse clickHouse) {
    Map<String, Integer> found = new HashMap<>();
    KEYS.forEach(
        (table, key) ->
            clickHouse
                .rows(
                    "SELECT "
                        + key
                        + " AS key, count() AS n FROM "
                        + table
                        + "_latest GROUP BY key",
                    Map.of())
                .forEach(
                    row ->
                        found.put(table + ":" + row.path("key").asText(), row.path("n").asInt())));
    return windows.stream().map(window -> row(window, found)).toList();
  }

  private Row row(Window window, Map<String, Integer> found) {
    Set<String> sent = new HashSet<>();
    for (Telemetry event : events.subList(window.from(), window.to())) {
      String identity = identity(event);
      if (identity != null) {
        sent.add(identity);
      }
    }
    int there = 0;
    int doubled = 0;
    for (String each : sent) {
      int times = found.getOrDefault(each, 0);
      there += times > 0 ? 1 : 0;
      doubled += times > 1 ? 1 : 0;
    }
    return new Row(window.fault(), window.took(), sent.size(), there, doubled, sent.size() - there);
  }

  /** Where it is to be found; null for a log record, which is in the rows of its trace. */
  private static @Nullable String identity(Telemetry event) {
    if (event instanceof Telemetry.Span span) {
      return "spans:" + span.trace() + "/" + span.id();
    } else if (event instanceof Telemetry.Decision decision) {
      return "decisions:" + decision.trace() + "/" + decision.id();
    } else if (event instanceof Telemetry.Snapshot snapshot) {
      return "context_snapshots:" + snapshot.trace() + "/" + snapshot.id();
    } else if (event instanceof Telemetry.Feedback feedback) {
      return "feedback:" + feedback.id();
    } else if (event instanceof Telemetry.Log) {
      return null;
    }
    throw new IllegalStateException("Unknown kind of telemetry: " + event);
  }

  /** Something was sent while each fault lasted, and each of it is there once. */
  static void assertNothingLost(List<Row> rows) {
    assertThat(rows)
        .allSatisfy(
            row -> {
              assertThat(row.sent()).as(row.fault()).isPositive();
              assertThat(row.doubled()).as(row.fault()).isZero();
              assertThat(row.lost()).as(row.fault()).isZero();
            });
  }

  /** As a table for people. */
  static String text(List<Row> rows) {
    StringBuilder text = new StringBuilder("| fault | s | sent | found | doubled | lost |\n");
    for (Row row : rows) {
      text.append(
          String.format(
              "| %s | %.1f | %d | %d | %d | %d |%n",
              row.fault(),
              row.took().toMillis() / 1e3,
              row.sent(),
              row.found(),
              row.doubled(),
              row.lost()));
    }
    return text.toString();
  }
}

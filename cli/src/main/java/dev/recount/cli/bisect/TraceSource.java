package dev.recount.cli.bisect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.cli.bisect.statistics.Cell;
import dev.recount.cli.bisect.statistics.Change;
import dev.recount.cli.bisect.statistics.ChangePoint.Interval;
import dev.recount.cli.bisect.statistics.Dimension;
import dev.recount.cli.bisect.statistics.Moments;
import dev.recount.cli.bisect.statistics.Version;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Asks ClickHouse for traces, summed up as far as statistics allow: it never lists them. */
final class TraceSource {
  private static final String MOMENTS =
      """
      count() AS traces, sum(weight) AS w, sum(weight * y) AS wy, sum(weight * y * y) AS wyy,
          sum(weight * weight) AS ww, sum(weight * weight * y) AS wwy,
          sum(weight * weight * y * y) AS wwyy""";

  private static final String SCORES =
      """
      INNER JOIN
      (
          SELECT trace_id, avg(score) AS evaluator_score
          FROM evaluations_latest
          WHERE isNotNull(score) AND ({evaluator:String} = '' OR name = {evaluator:String})
          GROUP BY trace_id
      ) AS scores USING trace_id""";

  /** Answers questions. */
  interface Tables {
    /** The rows of an answer, each by column name. */
    List<JsonNode> rows(String sql, Map<String, ?> parameters);
  }

  private final Tables tables;
  private final Scope scope;

  TraceSource(Tables tables, Scope scope) {
    this.tables = tables;
    this.scope = scope;
  }

  /**
   * When traces ran.
   *
   * @param first start of the first one
   * @param end just after the start of the last one
   */
  record Extent(Instant first, Instant end) {}

  /** When traces ran in a time; empty where none did that is measured. */
  Optional<Extent> extent(Instant from, Instant to) {
    return tables
        .rows(
            "SELECT count() AS traces, toUnixTimestamp64Micro(min(started_at)) AS first,"
                + " toUnixTimestamp64Micro(max(started_at)) AS last FROM "
                + traces(),
            parameters(from, to))
        .stream()
        .filter(row -> row.path("traces").asLong() > 0)
        .map(row -> new Extent(micros(row, "first"), micros(row, "last").plusMillis(1)))
        .findFirst();
  }

  /** Values in intervals of equal length, in order; empty ones are left out. */
  List<Interval> intervals(Instant from, Instant to, Duration length) {
    return intervals(from, to, length, "1", Map.of());
  }

  /** Values of the traces that ran with a change, likewise. */
  List<Interval> intervals(Instant from, Instant to, Duration length, Change change) {
    return intervals(from, to, length, condition(change), values(change));
  }

  private List<Interval> intervals(
      Instant from, Instant to, Duration length, String condition, Map<String, Object> values) {
    Map<String, Object> parameters = new HashMap<>(parameters(from, to));
    parameters.putAll(values);
    parameters.put("length", Math.max(1, length.toNanos() / 1000));
    return tables
        .rows(
            """
            SELECT intDiv(toUnixTimestamp64Micro(started_at) - {from:Int64}, {length:Int64}) AS interval, %s
            FROM %s
            WHERE %s
            GROUP BY interval
            ORDER BY interval"""
                .formatted(MOMENTS, traces(), condition),
            parameters)
        .stream()
        .map(
            row ->
                new Interval(
                    from.plus(length.multipliedBy(row.path("interval").asLong())), moments(row)))
        .toList();
  }

  /** Traces by agent, environment, versions and whether they ran after the change. */
  List<Cell> cells(Window window) {
    Map<String, Object> parameters = new HashMap<>(parameters(window.from(), window.to()));
    parameters.put("change", toMicros(window.change()));
    return tables
        .rows(
            """
            SELECT agent_name, environment, %s, toUnixTimestamp64Micro(started_at) >= {change:Int64} AS after, %s
            FROM %s
            GROUP BY ALL"""
                .formatted(String.join(", ", columns()), MOMENTS, traces()),
            parameters)
        .stream()
        .map(
            row ->
                new Cell(stratum(row), versions(row), row.path("after").asInt() == 1, moments(row)))
        .toList();
  }

  /** Traces that ran with a change after it, the worst and latest first. */
  List<String> examples(Window window, Change change, int most) {
    Map<String, Object> parameters = new HashMap<>(parameters(window.change(), window.to()));
    parameters.putAll(values(change));
    return tables
        .rows(
            """
            SELECT trace_id
            FROM %s
            WHERE %s
            ORDER BY y %s, started_at DESC, trace_id
            LIMIT %d"""
                .formatted(
                    traces(),
                    condition(change),
                    scope.measure().higherIsBetter() ? "ASC" : "DESC",
                    most),
            parameters)
        .stream()
        .map(row -> row.path("trace_id").asText())
        .toList();
  }

  /** Settled traces with a value {@code y} and a {@code weight}. */
  private String traces() {
    return """
        (
            SELECT
                trace_id, started_at, agent_name, environment, %s, sample_weight AS weight,
                assumeNotNull(value) AS y
            FROM
            (
                SELECT *, %s AS value
                FROM traces_latest %s
                WHERE phase != 'provisional' AND sample_weight > 0
                  AND started_at >= fromUnixTimestamp64Micro({from:Int64}, 'UTC')
                  AND started_at < fromUnixTimestamp64Micro({to:Int64}, 'UTC')
                  AND ({agent:String} = '' OR agent_name = {agent:String})
                  AND ({service:String} = '' OR service = {service:String})
                  AND ({environment:String} = '' OR environment = {environment:String})
            )
            WHERE isNotNull(value)
        )"""
        .formatted(
            columns().stream()
                .filter(column -> !column.equals("agent_name"))
                .collect(Collectors.joining(", ")),
            scope.measure().expression(),
            scope.measure() == Measure.SCORE ? SCORES : "");
  }

  private Map<String, Object> parameters(Instant from, Instant to) {
    Map<String, Object> parameters = new HashMap<>(scope.parameters());
    parameters.put("from", toMicros(from));
    parameters.put("to", toMicros(to));
    return parameters;
  }

  /** The columns that name versions. */
  private static List<String> columns() {
    return Arrays.stream(Dimension.values())
        .flatMap(dimension -> Stream.of(dimension.nameColumn(), dimension.versionColumn()))
        .filter(column -> !column.isEmpty())
        .toList();
  }

  private static String condition(Change change) {
    List<String> conditions = new ArrayList<>();
    for (Version version : change.versions()) {
      Dimension dimension = version.dimension();
      if (!dimension.nameColumn().isEmpty()) {
        conditions.add("%s = {%s_name:String}".formatted(dimension.nameColumn(), dimension.name()));
      }
      conditions.add(
          "%s = {%s_version:String}".formatted(dimension.versionColumn(), dimension.name()));
    }
    return String.join(" AND ", conditions);
  }

  private static Map<String, Object> values(Change change) {
    Map<String, Object> values = new HashMap<>();
    for (Version version : change.versions()) {
      values.put(version.dimension().name() + "_name", version.name());
      values.put(version.dimension().name() + "_version", version.version());
    }
    return values;
  }

  private static String stratum(JsonNode row) {
    return row.path("agent_name").asText() + "@" + row.path("environment").asText();
  }

  private static List<Version> versions(JsonNode row) {
    return Arrays.stream(Dimension.values())
        .map(
            dimension ->
                new Version(
                    dimension,
                    row.path(dimension.nameColumn()).asText(),
                    row.path(dimension.versionColumn()).asText()))
        .toList();
  }

  private static Moments moments(JsonNode row) {
    return new Moments(
        row.path("traces").asLong(),
        row.path("w").asDouble(),
        row.path("wy").asDouble(),
        row.path("wyy").asDouble(),
        row.path("ww").asDouble(),
        row.path("wwy").asDouble(),
        row.path("wwyy").asDouble());
  }

  private static Instant micros(JsonNode row, String column) {
    return Instant.EPOCH.plus(row.path(column).asLong(), ChronoUnit.MICROS);
  }

  private static long toMicros(Instant time) {
    // Not by way of nanoseconds, as ChronoUnit counts: they end in the year 2262.
    return time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000;
  }
}

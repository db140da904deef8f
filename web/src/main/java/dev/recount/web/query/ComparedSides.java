package dev.recount.web.query;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.web.Tables;
import dev.recount.web.statistics.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The settled traces of two versions, and their decisions. Each row has its {@code side}, {@code a}
 * or {@code b}, and in {@code w} how many it counts for: one where all rows are there, and what it
 * stands for where they are a sample.
 */
final class ComparedSides {
  static final List<String> SIDES = List.of("a", "b");

  private static final String WEIGHTS =
      "count() AS n, sum(sample_weight) AS weights, sum(sample_weight * sample_weight) AS squares,"
          + " countIf(sample_weight = 0) AS none";

  private final VersionDimension dimension;
  private final TraceFilter filter;
  private final Map<String, String> versions;
  private final Map<String, Weights> traces;
  private final Map<String, Weights> decisions;

  /**
   * @param first the version of side a
   * @param second the version of side b
   */
  ComparedSides(
      Tables tables, VersionDimension dimension, TraceFilter filter, String first, String second) {
    this.dimension = dimension;
    this.filter = filter;
    this.versions = Map.of("a", first, "b", second);
    Sql ofTraces = new Sql();
    this.traces =
        weights(
            ofTraces.run(
                tables,
                "SELECT side, " + WEIGHTS + " FROM " + members(ofTraces) + " GROUP BY side"));
    // Decisions have the weight of their trace.
    boolean alike =
        traces.values().stream().allMatch(each -> each.sum() == each.rows() && each.none() == 0);
    Sql ofDecisions = new Sql();
    this.decisions =
        alike
            ? traces
            : weights(
                ofDecisions.run(
                    tables,
                    "SELECT side, "
                        + WEIGHTS
                        + " FROM "
                        + membersDecisions(ofDecisions, "1")
                        + " GROUP BY side"));
  }

  private static Map<String, Weights> weights(List<JsonNode> rows) {
    Map<String, Weights> weights = new TreeMap<>();
    SIDES.forEach(side -> weights.put(side, Weights.NONE));
    for (JsonNode row : rows) {
      weights.put(
          row.path("side").asText(),
          new Weights(
              row.path("n").asLong(),
              row.path("weights").asDouble(),
              row.path("squares").asDouble(),
              row.path("none").asLong()));
    }
    return weights;
  }

  private static <T> T of(Map<String, T> values, String side) {
    return Objects.requireNonNull(values.get(side), side);
  }

  /** The column that the versions are of. */
  String dimension() {
    return dimension.column();
  }

  String version(String side) {
    return of(versions, side);
  }

  boolean tracesAreASample(String side) {
    return of(traces, side).areOfASample();
  }

  boolean anyTracesAreASample() {
    return SIDES.stream().anyMatch(this::tracesAreASample);
  }

  boolean decisionsAreASample(String side) {
    return of(decisions, side).areOfASample();
  }

  /** The traces that count. */
  String traces(Sql sql) {
    return counting(members(sql), traces);
  }

  /** The decisions that count, of all that a condition holds for. */
  String decisions(Sql sql, String condition) {
    return counting(membersDecisions(sql, condition), decisions);
  }

  /** A filter that finds the traces that count, and of them those of another filter. */
  String filterOfTraces(String side, String more) {
    return filter(traces, side, more);
  }

  /** A filter that finds the traces of decisions that count, likewise. */
  String filterOfDecisions(String side, String more) {
    return filter(decisions, side, more);
  }

  private static String filter(Map<String, Weights> weights, String side, String more) {
    String counting = counting(of(weights, side).areOfASample());
    return more.isEmpty() ? counting : counting + "&" + more;
  }

  /** A filter that finds the traces that count. What is not retained has no weight. */
  static String counting(boolean sample) {
    return sample ? "settled=true&retained=true" : "settled=true";
  }

  private static String counting(String rows, Map<String, Weights> weights) {
    List<String> sampled =
        SIDES.stream()
            .filter(side -> of(weights, side).areOfASample())
            .map(side -> "'" + side + "'")
            .toList();
    String weight =
        sampled.isEmpty()
            ? "toFloat64(1)"
            : "if(side IN (" + String.join(", ", sampled) + "), sample_weight, 1)";
    return "(SELECT *, " + weight + " AS w FROM " + rows + " WHERE w > 0)";
  }

  private String members(Sql sql) {
    List<String> conditions = new ArrayList<>(filter.conditions(sql));
    conditions.add(TraceFilter.SETTLED);
    conditions.add("(" + is(sql, "a") + " OR " + is(sql, "b") + ")");
    return "(SELECT *, if("
        + is(sql, "a")
        + ", 'a', 'b') AS side FROM traces_latest"
        + Sql.where(conditions)
        + ")";
  }

  private String is(Sql sql, String side) {
    return sql.named(dimension.column(), List.of(version(side)));
  }

  private String membersDecisions(Sql sql, String condition) {
    return "(SELECT d.*, t.side AS side FROM (SELECT * FROM decisions_latest WHERE "
        + condition
        + ") AS d INNER JOIN (SELECT trace_id, side FROM "
        + members(sql)
        + ") AS t USING (trace_id))";
  }
}

package dev.recount.web.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.web.Tables;
import dev.recount.web.statistics.Interval;
import dev.recount.web.statistics.Mean;
import dev.recount.web.statistics.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Two versions of anything side by side: of settled traces the outcomes, scores, cost, latency and
 * use of tools, each with a confidence interval, and how well confidence was justified.
 */
public final class Comparison {
  private static final int BINS = 10;
  private static final int MOST_TOOLS = 40;
  private static final int MOST_EVALUATORS = 40;

  private final Tables tables;

  /** Compares in these tables. */
  public Comparison(Tables tables) {
    this.tables = tables;
  }

  /** A number that is told of both sides. */
  private record Measure(String name, String unit, String better, String group) {}

  private static final List<Measure> SHARES =
      List.of(
          new Measure("failed", "share", "lower", "status=error"),
          new Measure("escalated", "share", "lower", "escalated=true"),
          new Measure("rolled_back", "share", "lower", "rolled_back=true"),
          new Measure("any_error", "share", "lower", ""),
          new Measure("context_truncated", "share", "lower", "flag=context_truncated"),
          new Measure("tool_loop", "share", "lower", "flag=tool_loop"));

  private static final List<Measure> MEANS =
      List.of(
          new Measure("feedback_score", "score", "higher", "feedback=any"),
          new Measure("evaluation_min_score", "score", "higher", ""),
          new Measure("duration", "ms", "lower", ""),
          new Measure("total_tokens", "tokens", "lower", ""),
          new Measure("cost", "usd", "lower", ""),
          new Measure("steps", "steps", "lower", ""),
          new Measure("context_utilization", "share", "lower", ""));

  private static final Map<String, String> EXPRESSIONS =
      Map.ofEntries(
          Map.entry("failed", "status = 'error'"),
          Map.entry("escalated", "escalated"),
          Map.entry("rolled_back", "rolled_back"),
          Map.entry("any_error", "error_count > 0"),
          Map.entry("context_truncated", "has(flags, 'context_truncated')"),
          Map.entry("tool_loop", "has(flags, 'tool_loop')"),
          Map.entry("feedback_score", "feedback_score"),
          Map.entry("evaluation_min_score", "evaluation_min_score"),
          Map.entry("duration", "dateDiff('microsecond', started_at, ended_at) / 1000"),
          Map.entry("total_tokens", "total_tokens"),
          Map.entry("cost", "cost_usd"),
          Map.entry("steps", "decision_count"),
          Map.entry("context_utilization", "max_context_utilization"));

  /** The two sides. */
  private record Sides(
      VersionDimension dimension, TraceFilter filter, String first, String second) {
    /** The settled traces of both, each with its side. */
    String traces(Sql sql) {
      List<String> conditions = new ArrayList<>(filter.conditions(sql));
      conditions.add("phase != 'provisional'");
      conditions.add(
          dimension.column() + " IN (" + sql.text(first) + ", " + sql.text(second) + ")");
      return "(SELECT *, if("
          + dimension.column()
          + " = "
          + sql.text(first)
          + ", 'a', 'b') AS side FROM traces_latest"
          + Sql.where(conditions)
          + ")";
    }
  }

  /**
   * {@code a}, {@code b}: the versions and how many traces there are of each; {@code measures},
   * {@code evaluators}, {@code tools}: of each number both sides and the difference; {@code
   * calibration}: the bins of both and the expected calibration error.
   */
  public ObjectNode compare(Parameters parameters) {
    VersionDimension dimension = VersionDimension.of(parameters);
    Sides sides =
        new Sides(
            dimension,
            new TraceFilter(parameters),
            parameters.required("a"),
            parameters.required("b"));
    parameters.finish();
    if (sides.first().equals(sides.second())) {
      throw new BadParameter("b", "The same as a: choose another to compare with.");
    }
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("dimension", dimension.column());
    Map<String, JsonNode> rows = measures(sides);
    answer.set("a", side(sides.first(), rows.get("a")));
    answer.set("b", side(sides.second(), rows.get("b")));
    measures(answer.putArray("measures"), rows);
    evaluators(answer.putArray("evaluators"), sides);
    tools(answer.putArray("tools"), sides, rows);
    calibration(answer.putObject("calibration"), sides);
    return answer;
  }

  private static ObjectNode side(String version, @Nullable JsonNode row) {
    ObjectNode side = JsonNodeFactory.instance.objectNode().put("version", version);
    side.put("traces", count(row, "traces"));
    if (row != null) {
      side.set("first_us", row.path("first_us"));
      side.set("last_us", row.path("last_us"));
      side.set("duration_ms_quantiles", row.path("quantiles"));
    }
    return side;
  }

  private Map<String, JsonNode> measures(Sides sides) {
    List<String> columns = new ArrayList<>();
    columns.add("side");
    columns.add("count() AS traces");
    columns.add(Sql.micros("min(started_at)", "first_us"));
    columns.add(Sql.micros("max(started_at)", "last_us"));
    columns.add("quantiles(0.5, 0.9, 0.99)(" + EXPRESSIONS.get("duration") + ") AS quantiles");
    for (Measure share : SHARES) {
      columns.add("countIf(" + EXPRESSIONS.get(share.name()) + ") AS n_" + share.name());
    }
    for (Measure mean : MEANS) {
      String expression = EXPRESSIONS.get(mean.name());
      columns.add("count(" + expression + ") AS n_" + mean.name());
      columns.add("avg(" + expression + ") AS mean_" + mean.name());
      columns.add("varSampStable(" + expression + ") AS variance_" + mean.name());
    }
    Sql sql = new Sql();
    return bySide(
        sql.run(
            tables,
            "SELECT " + Sql.columns(columns) + " FROM " + sides.traces(sql) + " GROUP BY side"));
  }

  private static void measures(ArrayNode into, Map<String, JsonNode> rows) {
    JsonNode a = rows.get("a");
    JsonNode b = rows.get("b");
    for (Measure share : SHARES) {
      ObjectNode node = measure(into, share);
      shares(
          node, share(a, "traces", "n_" + share.name()), share(b, "traces", "n_" + share.name()));
    }
    for (Measure mean : MEANS) {
      ObjectNode node = measure(into, mean);
      means(node, mean(a, mean.name()), mean(b, mean.name()));
    }
  }

  private static ObjectNode measure(ArrayNode into, Measure measure) {
    return into.addObject()
        .put("name", measure.name())
        .put("unit", measure.unit())
        .put("better", measure.better())
        .put("filter", measure.group());
  }

  private void evaluators(ArrayNode into, Sides sides) {
    Sql sql = new Sql();
    List<JsonNode> rows =
        sql.run(
            tables,
            "SELECT side, leftUTF8(evaluation_name, 200) AS evaluator,"
                + " countIf(isNotNull(pass)) AS judged, countIf(ifNull(pass, 0)) AS passed,"
                + " count(score) AS n_score, avg(score) AS mean_score,"
                + " varSampStable(score) AS variance_score FROM "
                + sides.traces(sql)
                + " ARRAY JOIN evaluation_names AS evaluation_name, evaluation_passed AS pass,"
                + " evaluation_scores AS score GROUP BY side, evaluator"
                + " ORDER BY count() DESC LIMIT "
                + 2 * MOST_EVALUATORS);
    Map<String, Map<String, JsonNode>> byName = byName(rows, "evaluator");
    byName.forEach(
        (name, both) -> {
          JsonNode a = both.get("a");
          JsonNode b = both.get("b");
          ObjectNode node = into.addObject().put("name", name);
          shares(
              node.putObject("passed").put("unit", "share").put("better", "higher"),
              share(a, "judged", "passed"),
              share(b, "judged", "passed"));
          means(
              node.putObject("score").put("unit", "score").put("better", "higher"),
              mean(a, "score"),
              mean(b, "score"));
        });
  }

  private void tools(ArrayNode into, Sides sides, Map<String, JsonNode> traces) {
    Sql sql = new Sql();
    List<JsonNode> rows =
        sql.run(
            tables,
            "SELECT side, leftUTF8(tool_name, 200) AS tool, count() AS calls,"
                + " countIf(status = 'error') AS failed, uniqExact(trace_id) AS using_traces"
                + " FROM decisions_latest AS d INNER JOIN (SELECT trace_id, side FROM "
                + sides.traces(sql)
                + ") AS t USING (trace_id) WHERE kind = 'TOOL_CALL' AND tool_name != ''"
                + " GROUP BY side, tool ORDER BY calls DESC LIMIT "
                + 2 * MOST_TOOLS);
    byName(rows, "tool")
        .forEach(
            (name, both) -> {
              JsonNode a = both.get("a");
              JsonNode b = both.get("b");
              ObjectNode node = into.addObject().put("name", name);
              node.put("calls_a", count(a, "calls")).put("calls_b", count(b, "calls"));
              shares(
                  node.putObject("used").put("unit", "share").put("better", ""),
                  new Share(count(traces.get("a"), "traces"), count(a, "using_traces")),
                  new Share(count(traces.get("b"), "traces"), count(b, "using_traces")));
              shares(
                  node.putObject("failed").put("unit", "share").put("better", "lower"),
                  share(a, "calls", "failed"),
                  share(b, "calls", "failed"));
            });
  }

  /**
   * A decision turned out well when what came of it is what was expected, or, where nobody said
   * that, when it did not fail.
   */
  private void calibration(ObjectNode into, Sides sides) {
    Sql sql = new Sql();
    List<JsonNode> rows =
        sql.run(
            tables,
            "SELECT side, toUInt8(least(floor(assumeNotNull(confidence) * "
                + BINS
                + "), "
                + (BINS - 1)
                + ")) AS bin, count() AS decisions, avg(confidence) AS stated,"
                + " countIf(ifNull(outcome_matched, d.status != 'error')) AS well"
                + " FROM decisions_latest AS d INNER JOIN (SELECT trace_id, side FROM "
                + sides.traces(sql)
                + ") AS t USING (trace_id) WHERE confidence BETWEEN 0 AND 1"
                + " GROUP BY side, bin ORDER BY side, bin");
    for (String side : List.of("a", "b")) {
      ObjectNode node = into.putObject(side);
      ArrayNode bins = node.putArray("bins");
      long all = 0;
      double error = 0;
      for (JsonNode row : rows) {
        if (row.path("side").asText().equals(side)) {
          Share share = new Share(count(row, "decisions"), count(row, "well"));
          ObjectNode bin = interval(bins.addObject(), share.interval());
          bin.put("decisions", share.of());
          double stated = row.path("stated").asDouble();
          bin.put("stated", stated);
          all += share.of();
          error += share.of() * Math.abs(stated - share.interval().value());
        }
      }
      node.put("decisions", all);
      if (all > 0) {
        node.put("expected_calibration_error", error / all);
      }
    }
  }

  private static void shares(ObjectNode node, Share a, Share b) {
    if (a.isKnown()) {
      interval(node.putObject("a"), a.interval()).put("of", a.of()).put("count", a.with());
    }
    if (b.isKnown()) {
      interval(node.putObject("b"), b.interval()).put("of", b.of()).put("count", b.with());
    }
    if (a.isKnown() && b.isKnown()) {
      difference(node, a.differenceTo(b));
    }
  }

  private static void means(ObjectNode node, Mean a, Mean b) {
    if (a.isKnown()) {
      interval(node.putObject("a"), a.interval()).put("of", a.of());
    }
    if (b.isKnown()) {
      interval(node.putObject("b"), b.interval()).put("of", b.of());
    }
    if (a.isKnown() && b.isKnown()) {
      difference(node, a.differenceTo(b));
    }
  }

  private static void difference(ObjectNode node, Interval difference) {
    interval(node.putObject("difference"), difference).put("clear", difference.excludesZero());
  }

  private static ObjectNode interval(ObjectNode node, Interval interval) {
    return node.put("value", interval.value())
        .put("low", interval.low())
        .put("high", interval.high());
  }

  private static Map<String, JsonNode> bySide(List<JsonNode> rows) {
    Map<String, JsonNode> sides = new TreeMap<>();
    rows.forEach(row -> sides.put(row.path("side").asText(), row));
    return sides;
  }

  private static Map<String, Map<String, JsonNode>> byName(List<JsonNode> rows, String column) {
    Map<String, Map<String, JsonNode>> names = new TreeMap<>();
    for (JsonNode row : rows) {
      names
          .computeIfAbsent(row.path(column).asText(), name -> new TreeMap<>())
          .put(row.path("side").asText(), row);
    }
    return names;
  }

  private static long count(@Nullable JsonNode row, String column) {
    return row == null ? 0 : row.path(column).asLong();
  }

  private static Share share(@Nullable JsonNode row, String of, String with) {
    return new Share(count(row, of), count(row, with));
  }

  private static Mean mean(@Nullable JsonNode row, String name) {
    return row == null
        ? new Mean(0, 0, 0)
        : new Mean(
            row.path("n_" + name).asLong(),
            row.path("mean_" + name).asDouble(),
            row.path("variance_" + name).asDouble());
  }
}

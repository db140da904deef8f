package dev.recount.web.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.web.Tables;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Two versions of anything side by side: of settled traces the outcomes, scores, cost, latency and
 * use of tools, each with a confidence interval, and how well confidence was justified.
 *
 * <p>Traces settle and are amended between one statement and the next: what is set against each
 * other comes from the same one.
 */
public final class Comparison {
  private static final int MOST_EVALUATORS = 40;

  private final Tables tables;

  /** Compares in these tables. */
  public Comparison(Tables tables) {
    this.tables = tables;
  }

  /**
   * A number that is told of both sides.
   *
   * @param better which way is better
   * @param expression the condition or the number, of a row of {@code traces_latest}
   * @param filter finds the traces of which it holds or is known
   */
  private record Measure(
      String name, String unit, String better, String expression, String filter) {
    static Measure share(String name, String expression, String filter) {
      return new Measure(name, "share", "lower", expression, filter);
    }
  }

  private static final List<Measure> SHARES =
      List.of(
          Measure.share("failed", "status = 'error'", "status=error"),
          Measure.share("escalated", "escalated", "escalated=true"),
          Measure.share("rolled_back", "rolled_back", "rolled_back=true"),
          Measure.share("any_error", "error_count > 0", "min_errors=1"),
          Measure.share(
              "context_truncated", "has(flags, 'context_truncated')", "flag=context_truncated"),
          Measure.share("tool_loop", "has(flags, 'tool_loop')", "flag=tool_loop"));

  private static final String DURATION = "dateDiff('microsecond', started_at, ended_at) / 1000";

  private static final List<Measure> MEANS =
      List.of(
          new Measure(
              "feedback_score", "score", "higher", "feedback_score", "known=feedback_score"),
          new Measure(
              "evaluation_min_score",
              "score",
              "higher",
              "evaluation_min_score",
              "known=evaluation_min_score"),
          new Measure("duration", "ms", "lower", DURATION, "known=duration"),
          new Measure("total_tokens", "tokens", "lower", "total_tokens", "known=total_tokens"),
          new Measure("cost", "usd", "lower", "cost_usd", "known=cost"),
          new Measure("steps", "steps", "lower", "decision_count", ""),
          new Measure(
              "context_utilization",
              "share",
              "lower",
              "max_context_utilization",
              "known=context_utilization"));

  /**
   * {@code a}, {@code b}: the versions and how many traces there are of each; {@code measures},
   * {@code duration_quantiles}, {@code evaluators}, {@code tools}: of each number both sides and
   * the difference; {@code calibration}: the bins of both and the expected calibration error.
   */
  public ObjectNode compare(Parameters parameters) {
    VersionDimension dimension = VersionDimension.of(parameters);
    TraceFilter filter = new TraceFilter(parameters);
    String first = parameters.required("a");
    String second = parameters.required("b");
    parameters.finish();
    if (first.equals(second)) {
      throw new BadParameter("b", "The same as a: choose another to compare with.");
    }
    ComparedSides sides = new ComparedSides(tables, dimension, filter, first, second);
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("dimension", sides.dimension());
    Map<String, JsonNode> rows = measures(sides);
    ComparedSides.SIDES.forEach(side -> answer.set(side, side(sides, side, rows.get(side))));
    measures(answer.putArray("measures"), sides, rows);
    new DurationQuantiles(tables, sides)
        .tell(answer.putArray("duration_quantiles"), rows, "duration");
    evaluators(answer, sides);
    new ComparedTools(tables, sides).tell(answer);
    new Calibration(tables, sides).tell(answer.putObject("calibration"));
    return answer;
  }

  private static ObjectNode side(ComparedSides sides, String side, @Nullable JsonNode row) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("version", sides.version(side));
    node.put("traces", Estimates.count(row, "all"));
    node.put("filter", sides.filterOfTraces(side, ""));
    if (sides.tracesAreASample(side)) {
      node.put("stand_for", Estimates.weight(row, "all"));
    }
    if (row != null) {
      node.set("first_us", row.path("first_us"));
      node.set("last_us", row.path("last_us"));
    }
    return node;
  }

  private Map<String, JsonNode> measures(ComparedSides sides) {
    List<String> columns = new ArrayList<>();
    columns.add("side");
    columns.add(Estimates.rows("all", "1"));
    columns.add(Sql.micros("min(started_at)", "first_us"));
    columns.add(Sql.micros("max(started_at)", "last_us"));
    for (Measure share : SHARES) {
      columns.add(Estimates.rows(share.name(), share.expression()));
    }
    for (Measure mean : MEANS) {
      columns.add(Estimates.numbers(mean.name(), mean.expression()));
    }
    Sql sql = new Sql();
    Map<String, JsonNode> bySide = new TreeMap<>();
    for (JsonNode row :
        sql.run(
            tables,
            "SELECT " + Sql.columns(columns) + " FROM " + sides.traces(sql) + " GROUP BY side")) {
      bySide.put(row.path("side").asText(), row);
    }
    return bySide;
  }

  private static void measures(ArrayNode into, ComparedSides sides, Map<String, JsonNode> rows) {
    for (Measure share : SHARES) {
      Estimates.shares(
          measure(into, share),
          rows,
          "all",
          share.name(),
          side -> sides.filterOfTraces(side, share.filter()));
    }
    for (Measure mean : MEANS) {
      Estimates.means(
          measure(into, mean),
          rows,
          mean.name(),
          side -> sides.filterOfTraces(side, mean.filter()));
    }
  }

  private static ObjectNode measure(ArrayNode into, Measure measure) {
    return into.addObject()
        .put("name", measure.name())
        .put("unit", measure.unit())
        .put("better", measure.better());
  }

  private void evaluators(ObjectNode answer, ComparedSides sides) {
    Sql sql = new Sql();
    MostFrequent found =
        MostFrequent.of(
            sql.run(
                tables,
                MostFrequent.statement(
                    "SELECT side, leftUTF8(evaluation_name, "
                        + Sql.NAME
                        + ") AS name, count() AS n, "
                        + Estimates.rows("judged", "isNotNull(pass)")
                        + ", "
                        + Estimates.rows("failed", "ifNull(NOT pass, 0)")
                        + ", "
                        + Estimates.numbers("score", "score")
                        + " FROM "
                        + sides.traces(sql)
                        + " ARRAY JOIN evaluation_names AS evaluation_name,"
                        + " evaluation_passed AS pass, evaluation_scores AS score"
                        + " GROUP BY side, name",
                    MOST_EVALUATORS)));
    ArrayNode evaluators = answer.putArray("evaluators");
    answer.put("evaluators_left_out", found.leftOut());
    found.forEach(
        (name, rows) -> {
          String judged = filter("evaluator", name);
          ObjectNode node = evaluators.addObject().put("name", name);
          Estimates.shares(
              node.putObject("failed").put("unit", "share").put("better", "lower"),
              rows,
              "judged",
              "failed",
              side -> sides.filterOfTraces(side, judged + "&verdict=failed"));
          Estimates.means(
              node.putObject("score").put("unit", "score").put("better", "higher"),
              rows,
              "score",
              side -> sides.filterOfTraces(side, judged + "&verdict=scored"));
        });
  }

  /** A filter of one value. */
  static String filter(String name, String value) {
    return name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
  }
}

package dev.recount.web.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.web.Tables;
import dev.recount.web.statistics.Interval;
import dev.recount.web.statistics.Share;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** When which version was at work, and how much of what it did failed. */
public final class Timeline {
  private static final int STRETCHES = 24;
  private static final int MOST_VERSIONS = 8;
  private static final int NAME = 200;

  private final Tables tables;

  /** Looks into these tables. */
  public Timeline(Tables tables) {
    this.tables = tables;
  }

  /**
   * {@code versions} of a dimension by their first trace, each with {@code traces}, {@code
   * first_us}, the failed share with its interval, and {@code stretches} of time with the same;
   * {@code width_us} is how long a stretch is.
   */
  public ObjectNode versions(Parameters parameters) {
    VersionDimension dimension = VersionDimension.of(parameters);
    TraceFilter filter = new TraceFilter(parameters);
    parameters.finish();
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("dimension", dimension.column());
    ArrayNode versions = answer.putArray("versions");
    Sql extent = new Sql();
    List<String> settled = new ArrayList<>(filter.conditions(extent));
    settled.add("phase != 'provisional'");
    JsonNode range =
        extent
            .run(
                tables,
                "SELECT count() AS traces, toUnixTimestamp64Micro(min(started_at)) AS first_us,"
                    + " toUnixTimestamp64Micro(max(started_at)) AS last_us FROM traces_latest"
                    + Sql.where(settled))
            .get(0);
    if (range.path("traces").asLong() == 0) {
      return answer;
    }
    long first = range.path("first_us").asLong();
    long width = Math.max(1, (range.path("last_us").asLong() - first) / STRETCHES + 1);
    answer.put("from_us", first).put("width_us", width);
    Sql sql = new Sql();
    List<String> conditions = new ArrayList<>(filter.conditions(sql));
    conditions.add("phase != 'provisional'");
    Map<String, ObjectNode> byVersion = new LinkedHashMap<>();
    for (JsonNode row :
        sql.run(
            tables,
            "SELECT leftUTF8("
                + dimension.column()
                + ", "
                + NAME
                + ") AS version, intDiv(toUnixTimestamp64Micro(started_at) - "
                + sql.number(first)
                + ", "
                + sql.number(width)
                + ") AS stretch, count() AS traces, countIf(failed) AS failures,"
                + " toUnixTimestamp64Micro(min(started_at)) AS first_us"
                + " FROM (SELECT *, status = 'error' AS failed FROM traces_latest"
                + Sql.where(conditions)
                + ") GROUP BY version, stretch ORDER BY stretch, first_us")) {
      String version = row.path("version").asText();
      ObjectNode node =
          byVersion.computeIfAbsent(
              version,
              name -> {
                ObjectNode created = JsonNodeFactory.instance.objectNode();
                created.put("version", name).set("first_us", row.path("first_us"));
                created.putArray("stretches");
                return created;
              });
      ObjectNode stretch = node.withArray("stretches").addObject();
      stretch.put("stretch", row.path("stretch").asLong());
      put(stretch, new Share(row.path("traces").asLong(), row.path("failures").asLong()));
    }
    byVersion.values().forEach(Timeline::sum);
    byVersion.values().stream()
        .sorted(
            (one, two) -> Long.compare(two.path("traces").asLong(), one.path("traces").asLong()))
        .limit(MOST_VERSIONS)
        .sorted(
            (one, two) ->
                Long.compare(one.path("first_us").asLong(), two.path("first_us").asLong()))
        .forEach(versions::add);
    return answer;
  }

  private static void sum(ObjectNode version) {
    long traces = 0;
    long failures = 0;
    for (JsonNode stretch : version.path("stretches")) {
      traces += stretch.path("traces").asLong();
      failures += stretch.path("failures").asLong();
    }
    put(version, new Share(traces, failures));
  }

  private static void put(ObjectNode node, Share failed) {
    Interval interval = failed.interval();
    node.put("traces", failed.of())
        .put("failures", failed.with())
        .put("value", interval.value())
        .put("low", interval.low())
        .put("high", interval.high());
  }
}

package dev.recount.web.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.web.Tables;
import dev.recount.web.statistics.Share;
import dev.recount.web.statistics.Weights;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** When which version was at work, and how much of what it did failed. */
public final class Timeline {
  private static final int STRETCHES = 24;
  private static final int MOST_VERSIONS = 50;

  private final Tables tables;

  /** Looks into these tables. */
  public Timeline(Tables tables) {
    this.tables = tables;
  }

  /**
   * {@code versions} of a dimension by their first trace, each with {@code traces}, {@code
   * first_us}, the failed share with its interval, and {@code stretches} of time with the same;
   * {@code width_us} is how long a stretch is; {@code left_out}, how many versions with fewer
   * traces there are besides. Where the traces of a version are a sample, shares are weighted.
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
    settled.add(TraceFilter.SETTLED);
    JsonNode range =
        extent
            .run(
                tables,
                "SELECT count() AS traces,"
                    + PlausibleTimes.EXTENT
                    + " FROM traces_latest"
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
    conditions.add(TraceFilter.SETTLED);
    Map<String, List<Stretch>> byVersion = new LinkedHashMap<>();
    for (JsonNode row :
        sql.run(
            tables,
            "SELECT leftUTF8("
                + dimension.column()
                + ", "
                + Sql.NAME
                + ") AS version, least("
                + (STRETCHES - 1)
                // Those whose clocks cannot be right are counted at the ends.
                + ", greatest(0, intDiv(toUnixTimestamp64Micro(started_at) - "
                + sql.number(first)
                + ", "
                + sql.number(width)
                + "))) AS stretch, count() AS traces, countIf(failed) AS failures,"
                + " sum(sample_weight) AS weights, sum(sample_weight * sample_weight) AS squares,"
                + " countIf(sample_weight = 0) AS unweighted, sumIf(sample_weight, failed) AS"
                + " failed_weights, countIf(failed AND sample_weight > 0) AS weighted_failures,"
                + " toUnixTimestamp64Micro(min(started_at)) AS first_us"
                + " FROM (SELECT *, status = 'error' AS failed FROM traces_latest"
                + Sql.where(conditions)
                + ") GROUP BY version, stretch ORDER BY stretch, first_us")) {
      byVersion
          .computeIfAbsent(row.path("version").asText(), name -> new ArrayList<>())
          .add(Stretch.of(row));
    }
    byVersion.entrySet().stream()
        .sorted(Comparator.comparing(each -> -Stretch.traces(each.getValue())))
        .limit(MOST_VERSIONS)
        .sorted(Comparator.comparing(each -> each.getValue().get(0).firstMicros()))
        .forEach(each -> versions.add(version(each.getKey(), each.getValue())));
    answer.put("left_out", byVersion.size() - versions.size());
    return answer;
  }

  /** What ran in a stretch of time. */
  private record Stretch(
      long number,
      long firstMicros,
      Weights weights,
      long failures,
      double failedWeights,
      long weightedFailures) {
    static Stretch of(JsonNode row) {
      return new Stretch(
          row.path("stretch").asLong(),
          row.path("first_us").asLong(),
          new Weights(
              row.path("traces").asLong(),
              row.path("weights").asDouble(),
              row.path("squares").asDouble(),
              row.path("unweighted").asLong()),
          row.path("failures").asLong(),
          row.path("failed_weights").asDouble(),
          row.path("weighted_failures").asLong());
    }

    static long traces(List<Stretch> stretches) {
      return stretches.stream().mapToLong(each -> each.weights().rows()).sum();
    }

    Stretch plus(Stretch other) {
      return new Stretch(
          number,
          firstMicros,
          weights.plus(other.weights),
          failures + other.failures,
          failedWeights + other.failedWeights,
          weightedFailures + other.weightedFailures);
    }

    void tell(ObjectNode into, boolean weighted) {
      into.put("traces", weighted ? weights.rows() - weights.none() : weights.rows());
      into.put("failures", weighted ? weightedFailures : failures);
      Share failed =
          weighted
              ? new Share(
                  weights.sum(),
                  failedWeights,
                  Share.effectiveSize(weights.sum(), weights.squares()))
              : Share.of(weights.rows(), failures);
      if (failed.isKnown()) {
        Estimates.interval(into, failed.interval());
      }
    }
  }

  private static ObjectNode version(String name, List<Stretch> stretches) {
    Stretch all = stretches.stream().reduce(Stretch::plus).orElseThrow();
    boolean weighted = all.weights().areOfASample();
    ObjectNode version = JsonNodeFactory.instance.objectNode();
    version.put("version", name).put("first_us", all.firstMicros());
    version.put("filter", ComparedSides.counting(weighted));
    if (weighted) {
      version.put("stand_for", all.weights().sum());
    }
    all.tell(version, weighted);
    ArrayNode nodes = version.putArray("stretches");
    for (Stretch stretch : stretches) {
      if (!weighted || stretch.weights().sum() > 0) {
        stretch.tell(nodes.addObject().put("stretch", stretch.number()), weighted);
      }
    }
    return version;
  }
}

package dev.recount.web.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.web.Tables;
import dev.recount.web.statistics.Interval;
import dev.recount.web.statistics.QuantileBounds;
import dev.recount.web.statistics.Share;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Within which time how many of the traces of either side are done. */
final class DurationQuantiles {
  private static final List<Double> LEVELS = List.of(0.5, 0.9, 0.99);

  private static final double MICROSECONDS_PER_MILLISECOND = 1_000;

  private final Tables tables;
  private final ComparedSides sides;

  DurationQuantiles(Tables tables, ComparedSides sides) {
    this.tables = tables;
    this.sides = sides;
  }

  /**
   * Puts in the quantiles of both sides, each with its interval where there are enough durations
   * for one, and how they differ.
   *
   * @param rows of each side, with how many durations are known by this name: {@link
   *     Estimates#numbers}
   */
  void tell(ArrayNode into, Map<String, JsonNode> rows, String name) {
    Map<String, List<QuantileBounds>> bounds = new HashMap<>();
    rows.forEach(
        (side, row) -> {
          double squares = row.path("s_" + name).asDouble();
          double size = Share.effectiveSize(Estimates.weight(row, name), squares);
          if (size > 0) {
            bounds.put(side, LEVELS.stream().map(level -> QuantileBounds.of(level, size)).toList());
          }
        });
    if (bounds.isEmpty()) {
      return;
    }
    Sql sql = new Sql();
    String columns =
        bounds.entrySet().stream()
            .map(side -> column(side.getKey(), side.getValue()))
            .collect(Collectors.joining(", "));
    for (JsonNode found : sql.run(tables, "SELECT " + columns + " FROM " + sides.traces(sql))) {
      for (int i = 0; i < LEVELS.size(); i++) {
        quantile(into.addObject().put("level", LEVELS.get(i)), found, bounds, i);
      }
    }
  }

  /**
   * The quantiles of a side, each followed by its bounds. They are exact: what a sketch is off by
   * may be more than an interval is wide.
   */
  private String column(String side, List<QuantileBounds> bounds) {
    String levels =
        IntStream.range(0, LEVELS.size())
            .boxed()
            .flatMap(
                i ->
                    Stream.of(
                        LEVELS.get(i),
                        bounds.get(i).low().orElse(LEVELS.get(i)),
                        bounds.get(i).high().orElse(LEVELS.get(i))))
            .map(String::valueOf)
            .collect(Collectors.joining(", "));
    String duration = "dateDiff('microsecond', started_at, ended_at)";
    String ofSide = "side = '" + side + "') AS " + side;
    // Weights are whole numbers there: hundredths are fine enough.
    return sides.tracesAreASample(side)
        ? "quantilesExactWeightedIf(%s)(%s, toUInt64(ceil(w * 100)), %s"
            .formatted(levels, duration, ofSide)
        : "quantilesExactIf(%s)(%s, %s".formatted(levels, duration, ofSide);
  }

  private void quantile(
      ObjectNode into, JsonNode found, Map<String, List<QuantileBounds>> bounds, int which) {
    into.put("unit", "ms").put("better", "lower");
    Map<String, Interval> intervals = new HashMap<>();
    bounds.forEach(
        (side, ofSide) -> {
          JsonNode values = found.path(side);
          double value = milliseconds(values.path(3 * which));
          ObjectNode node = into.putObject(side).put("value", value);
          node.put(
              "filter", sides.filterOfTraces(side, "min_duration_ms=" + (long) Math.floor(value)));
          interval(ofSide.get(which), values, which)
              .ifPresent(
                  interval -> {
                    intervals.put(side, interval);
                    Estimates.interval(node, interval);
                  });
        });
    Interval a = intervals.get("a");
    Interval b = intervals.get("b");
    if (a != null && b != null) {
      Estimates.difference(into, a.differenceTo(b));
    }
  }

  private static Optional<Interval> interval(QuantileBounds bounds, JsonNode values, int which) {
    return bounds.low().isEmpty() || bounds.high().isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Interval(
                milliseconds(values.path(3 * which)),
                milliseconds(values.path(3 * which + 1)),
                milliseconds(values.path(3 * which + 2))));
  }

  private static double milliseconds(JsonNode microseconds) {
    return microseconds.asDouble() / MICROSECONDS_PER_MILLISECOND;
  }
}

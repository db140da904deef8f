package dev.recount.web.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.web.Tables;
import dev.recount.web.statistics.CalibrationError;
import dev.recount.web.statistics.Interval;
import dev.recount.web.statistics.Share;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Stated confidence against what came of it. A decision turned out well when what came of it is
 * what was expected, or, where nobody said that, when it did not fail.
 */
final class Calibration {
  /** Of equal width. */
  private static final int BINS = 10;

  /**
   * Parts that traces are dealt into, to see how much the error varies: enough for a steady tail.
   */
  private static final int PARTS = 100;

  /** The lower bounds of all bins but the first: compared with as a filter compares, to the bit. */
  private static final String EDGES =
      IntStream.range(1, BINS).mapToObj(Calibration::edge).collect(Collectors.joining(", "));

  private final Tables tables;
  private final ComparedSides sides;

  Calibration(Tables tables, ComparedSides sides) {
    this.tables = tables;
    this.sides = sides;
  }

  private static String edge(int bin) {
    return "0." + bin;
  }

  /**
   * Puts in {@code bins}, {@code decisions} and the error, of each side, and how the errors differ.
   */
  void tell(ObjectNode into) {
    Map<String, Interval> errors = new HashMap<>();
    List<JsonNode> rows = rows();
    for (String side : ComparedSides.SIDES) {
      List<JsonNode> ofSide =
          rows.stream().filter(row -> row.path("side").asText().equals(side)).toList();
      ObjectNode node = into.putObject(side);
      node.put("decisions", bins(node.putArray("bins"), side, ofSide));
      node.put("filter", sides.filterOfDecisions(side, "min_confidence=0"));
      error(ofSide)
          .ifPresent(
              error -> {
                errors.put(side, error);
                Estimates.interval(node.putObject("expected_calibration_error"), error);
              });
    }
    Interval a = errors.get("a");
    Interval b = errors.get("b");
    if (a != null && b != null) {
      Estimates.difference(into, a.differenceTo(b));
    }
  }

  /** Sums by side, bin and part. */
  private List<JsonNode> rows() {
    Sql sql = new Sql();
    return sql.run(
        tables,
        "SELECT side, bin, cityHash64(trace_id) % "
            + PARTS
            + " AS part, sum(stated) AS x_stated, "
            + Estimates.clusters("stated", "well")
            + " FROM (SELECT side, trace_id, arrayCount(edge -> assumeNotNull(confidence) >= edge, ["
            + EDGES
            + "]) AS bin, sum(w * assumeNotNull(confidence)) AS stated, "
            + Estimates.ofATrace("ifNull(outcome_matched, status != 'error')")
            + " FROM "
            + sides.decisions(sql, "confidence BETWEEN 0 AND 1")
            + " GROUP BY side, trace_id, bin) GROUP BY side, bin, part");
  }

  /** Puts in the bins, and gives how many decisions are in them. */
  private long bins(ArrayNode into, String side, List<JsonNode> rows) {
    Map<Integer, ObjectNode> bins = new TreeMap<>();
    for (JsonNode row : rows) {
      ObjectNode bin =
          bins.computeIfAbsent(
              row.path("bin").asInt(), any -> JsonNodeFactory.instance.objectNode());
      for (Map.Entry<String, JsonNode> sum : row.properties()) {
        if (sum.getKey().contains("_")) {
          bin.put(sum.getKey(), bin.path(sum.getKey()).asDouble() + sum.getValue().asDouble());
        }
      }
    }
    long decisions = 0;
    for (Map.Entry<Integer, ObjectNode> bin : bins.entrySet()) {
      ObjectNode sums = bin.getValue();
      Share share = Estimates.share(sums, "stated", "well");
      if (share.isKnown()) {
        Estimates.interval(into.addObject(), share.interval())
            .put("decisions", Estimates.count(sums, "stated"))
            .put("stated", sums.path("x_stated").asDouble() / share.of())
            .put("filter", sides.filterOfDecisions(side, bounds(bin.getKey())));
        decisions += Estimates.count(sums, "stated");
      }
    }
    return decisions;
  }

  private static Optional<Interval> error(List<JsonNode> rows) {
    CalibrationError error = new CalibrationError(PARTS, BINS);
    for (JsonNode row : rows) {
      error.add(
          row.path("part").asInt(),
          row.path("bin").asInt(),
          Estimates.weight(row, "stated"),
          row.path("x_stated").asDouble(),
          Estimates.weight(row, "well"));
    }
    return error.interval();
  }

  private static String bounds(int bin) {
    String below = bin == BINS - 1 ? "" : "&below_confidence=" + edge(bin + 1);
    return "min_confidence=" + edge(bin) + below;
  }
}

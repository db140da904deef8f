package dev.recount.web.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.web.Tables;
import dev.recount.web.statistics.Share;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Stated confidence against what came of it. A decision turned out well when what came of it is
 * what was expected, or, where nobody said that, when it did not fail.
 *
 * <p>The expected calibration error is that of Naeini, Cooper and Hauskrecht, AAAI (2015), with
 * bins of equal width.
 */
final class Calibration {
  private static final int BINS = 10;

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

  /** Puts in {@code bins}, {@code decisions} and the error, of each side. */
  void tell(ObjectNode into) {
    Sql sql = new Sql();
    List<JsonNode> rows =
        sql.run(
            tables,
            "SELECT side, arrayCount(edge -> assumeNotNull(confidence) >= edge, ["
                + EDGES
                + "]) AS bin, "
                + Estimates.numbers("stated", "confidence")
                + ", "
                + Estimates.rows("well", "ifNull(outcome_matched, status != 'error')")
                + " FROM "
                + sides.decisions(sql, "confidence BETWEEN 0 AND 1")
                + " GROUP BY side, bin ORDER BY side, bin");
    for (String side : ComparedSides.SIDES) {
      ObjectNode node = into.putObject(side);
      ArrayNode bins = node.putArray("bins");
      long decisions = 0;
      double all = 0;
      double error = 0;
      for (JsonNode row : rows) {
        Share share = Estimates.share(row, "stated", "well");
        if (row.path("side").asText().equals(side) && share.isKnown()) {
          double stated = row.path("x_stated").asDouble() / share.of();
          Estimates.interval(bins.addObject(), share.interval())
              .put("decisions", Estimates.count(row, "stated"))
              .put("stated", stated)
              .put("filter", sides.filterOfDecisions(side, bounds(row.path("bin").asInt())));
          decisions += Estimates.count(row, "stated");
          all += share.of();
          error += share.of() * Math.abs(stated - share.interval().value());
        }
      }
      node.put("decisions", decisions);
      node.put("filter", sides.filterOfDecisions(side, "min_confidence=0"));
      if (all > 0) {
        node.put("expected_calibration_error", error / all);
      }
    }
  }

  private static String bounds(int bin) {
    String below = bin == BINS - 1 ? "" : "&below_confidence=" + edge(bin + 1);
    return "min_confidence=" + edge(bin) + below;
  }
}

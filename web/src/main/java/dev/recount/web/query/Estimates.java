package dev.recount.web.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.web.statistics.Clusters;
import dev.recount.web.statistics.Interval;
import dev.recount.web.statistics.Mean;
import dev.recount.web.statistics.Share;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Shares and means of both sides: as sums that are asked for, and as they are told. */
final class Estimates {
  private Estimates() {}

  /** Rows of which something holds: {@code n_} how many, {@code w_}, {@code s_} their weights. */
  static String rows(String name, String condition) {
    return ("countIf(%2$s) AS n_%1$s, sumIf(w, %2$s) AS w_%1$s, sumIf(w * w, %2$s) AS s_%1$s")
        .formatted(name, condition);
  }

  /** Likewise of which a number is known, and its weighted sums in {@code x_}, {@code xx_}. */
  static String numbers(String name, String expression) {
    return rows(name, "isNotNull(" + expression + ")")
        + (", sum(w * toFloat64(%2$s)) AS x_%1$s, sum(w * toFloat64(%2$s) * toFloat64(%2$s)) AS xx_%1$s")
            .formatted(name, expression);
  }

  /**
   * The same as {@link #rows} of all rows and of those with a property, by trace, as columns of a
   * statement within another, that of {@link #clusters}.
   */
  static String ofATrace(String condition) {
    return ("count() AS n, sum(w) AS of, sum(w * w) AS squares,"
            + " countIf(%1$s) AS n_with, sumIf(w, %1$s) AS with")
        .formatted(condition);
  }

  /** Sums of what {@link #ofATrace} tells: those of {@link #rows}, and how traces vary. */
  static String clusters(String of, String with) {
    return ("sum(n) AS n_%1$s, sum(of) AS w_%1$s, sum(squares) AS s_%1$s,"
            + " sum(n_with) AS n_%2$s, sum(with) AS w_%2$s, count() AS traces_%2$s,"
            + " sum(of * of) AS oo_%2$s, sum(of * with) AS ow_%2$s, sum(with * with) AS ww_%2$s")
        .formatted(of, with);
  }

  /** How many rows there are, of those that were asked for by this name. */
  static long count(@Nullable JsonNode row, String name) {
    return row == null ? 0 : row.path("n_" + name).asLong();
  }

  /** How many they stand for. */
  static double weight(@Nullable JsonNode row, String name) {
    return row == null ? 0 : row.path("w_" + name).asDouble();
  }

  /** The share of some rows among others; where they were asked for by trace, as they vary so. */
  static Share share(@Nullable JsonNode row, String of, String with) {
    double all = weight(row, of);
    double squares = row == null ? 0 : row.path("s_" + of).asDouble();
    double size = Share.effectiveSize(all, squares);
    double having = weight(row, with);
    if (row == null || !row.has("traces_" + with)) {
      return new Share(all, having, size);
    }
    return new Clusters(
            all,
            having,
            size,
            row.path("traces_" + with).asLong(),
            row.path("oo_" + with).asDouble(),
            row.path("ow_" + with).asDouble(),
            row.path("ww_" + with).asDouble())
        .share();
  }

  /** The mean of a number. */
  static Mean mean(@Nullable JsonNode row, String name) {
    double all = weight(row, name);
    if (row == null || all == 0) {
      return new Mean(0, 0, 0);
    }
    return Mean.of(
        all,
        row.path("s_" + name).asDouble(),
        row.path("x_" + name).asDouble() / all,
        row.path("xx_" + name).asDouble() / all);
  }

  /**
   * Tells a share of both sides with their difference, and of each from how many rows it comes.
   *
   * @param filter finds the traces that have what is shared, of a side
   */
  static void shares(
      ObjectNode into,
      Map<String, JsonNode> rows,
      String of,
      String with,
      Function<String, String> filter) {
    for (String side : ComparedSides.SIDES) {
      JsonNode row = rows.get(side);
      Share share = share(row, of, with);
      if (share.isKnown()) {
        interval(into.putObject(side), share.interval())
            .put("of", count(row, of))
            .put("count", count(row, with))
            .put("filter", filter.apply(side));
      }
    }
    Share a = share(rows.get("a"), of, with);
    Share b = share(rows.get("b"), of, with);
    if (a.isKnown() && b.isKnown()) {
      difference(into, a.differenceTo(b));
    }
  }

  /**
   * Tells a mean of both sides, likewise.
   *
   * @param filter finds the traces that have the number, of a side
   */
  static void means(
      ObjectNode into, Map<String, JsonNode> rows, String name, Function<String, String> filter) {
    for (String side : ComparedSides.SIDES) {
      JsonNode row = rows.get(side);
      Mean mean = mean(row, name);
      if (mean.isKnown()) {
        interval(into.putObject(side), mean.interval())
            .put("of", count(row, name))
            .put("filter", filter.apply(side));
      }
    }
    Mean a = mean(rows.get("a"), name);
    Mean b = mean(rows.get("b"), name);
    if (a.isKnown() && b.isKnown()) {
      difference(into, a.differenceTo(b));
    }
  }

  /** Tells an estimate with its bounds. */
  static ObjectNode interval(ObjectNode node, Interval interval) {
    return node.put("value", interval.value())
        .put("low", interval.low())
        .put("high", interval.high());
  }

  /** Tells a difference, and whether it is more than chance. */
  static void difference(ObjectNode node, Interval difference) {
    interval(node.putObject("difference"), difference).put("clear", difference.excludesZero());
  }
}

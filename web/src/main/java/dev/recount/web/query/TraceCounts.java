package dev.recount.web.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.web.Tables;
import java.util.ArrayList;
import java.util.List;

/** Traces counted: over time, and by what they may be filtered by. */
public final class TraceCounts {
  private static final int COLUMNS = 96;
  private static final int MOST_CHOICES = 40;
  private static final int NAME = 200;

  /** Widths of a column that people can name, in seconds. */
  private static final List<Long> WIDTHS =
      List.of(
          1L,
          5L,
          15L,
          60L,
          300L,
          900L,
          1_800L,
          3_600L,
          3 * 3_600L,
          6 * 3_600L,
          12 * 3_600L,
          86_400L,
          7 * 86_400L,
          30 * 86_400L,
          90 * 86_400L,
          365 * 86_400L,
          3_650 * 86_400L);

  /** What there is to choose from; the rest is too varied to be chosen from a list. */
  private static final List<String> CHOICES =
      TraceFilter.TEXTS.stream()
          .filter(column -> !column.equals("session_id") && !column.equals("user_id"))
          .toList();

  private final Tables tables;

  /** Counts in these tables. */
  public TraceCounts(Tables tables) {
    this.tables = tables;
  }

  /**
   * {@code total}, {@code failed}, {@code escalated}, {@code from_us}, {@code to_us}, {@code
   * width_us}, and {@code columns}: of each stretch of time with traces its start and counts. Where
   * no range is asked for it is that of the traces whose clocks can be right; {@code outside} is
   * how many others are in no column.
   */
  public ObjectNode histogram(Parameters parameters) {
    TraceFilter filter = new TraceFilter(parameters);
    parameters.finish();
    Sql range = new Sql();
    JsonNode extent =
        range
            .run(
                tables,
                "SELECT count() AS total, countIf(status = 'error') AS failed,"
                    + " countIf(t.escalated) AS escalated,"
                    + PlausibleTimes.EXTENT
                    + from(filter, List.of(), range))
            .get(0);
    ObjectNode counts = JsonNodeFactory.instance.objectNode();
    counts.setAll((ObjectNode) extent);
    ArrayNode columns = counts.putArray("columns");
    if (extent.path("total").asLong() == 0) {
      return counts;
    }
    long from = filter.from().orElse(extent.path("first_us").asLong());
    long to = filter.to().orElse(extent.path("last_us").asLong() + 1);
    long width = width(from, to);
    counts.put("from_us", from).put("to_us", to).put("width_us", width * 1_000_000);
    Sql sql = new Sql();
    List<String> shown =
        List.of("toUnixTimestamp64Micro(started_at) BETWEEN " + from + " AND " + to);
    columns.addAll(
        sql.run(
            tables,
            "SELECT intDiv(toUnixTimestamp64Micro(started_at), "
                + width * 1_000_000
                + ") * "
                + width * 1_000_000
                + " AS start_us, count() AS total, countIf(status = 'error') AS failed,"
                + " countIf(t.escalated) AS escalated"
                + from(filter, shown, sql)
                + " GROUP BY start_us ORDER BY start_us"));
    long inColumns = 0;
    for (JsonNode column : columns) {
      inColumns += column.path("total").asLong();
    }
    counts.put("outside", extent.path("total").asLong() - inColumns);
    return counts;
  }

  private static long width(long fromMicros, long toMicros) {
    double seconds = (toMicros - fromMicros) / 1e6;
    return WIDTHS.stream()
        .filter(width -> seconds / width <= COLUMNS)
        .findFirst()
        .orElse(WIDTHS.get(WIDTHS.size() - 1));
  }

  /** The most frequent values of each column, of tools, flags and evaluators, within a range. */
  public ObjectNode choices(Parameters parameters) {
    TraceFilter filter = new TraceFilter(parameters);
    parameters.finish();
    Sql sql = new Sql();
    List<String> columns = new ArrayList<>();
    for (String column : CHOICES) {
      columns.add("topK(" + MOST_CHOICES + ")(" + cut(column) + ") AS " + column);
    }
    columns.add(top("tools", "tool"));
    columns.add(top("flags", "flag"));
    columns.add(top("evaluation_names", "evaluator"));
    return (ObjectNode)
        sql.run(tables, "SELECT " + Sql.columns(columns) + from(filter, List.of(), sql)).get(0);
  }

  /**
   * The traces that are meant; filtered within, so that a result may carry the name of a column.
   */
  private static String from(TraceFilter filter, List<String> further, Sql sql) {
    List<String> conditions = new ArrayList<>(filter.conditions(sql));
    conditions.addAll(further);
    return " FROM (SELECT * FROM traces_latest" + Sql.where(conditions) + ") AS t";
  }

  private static String cut(String column) {
    return "leftUTF8(t." + column + ", " + NAME + ")";
  }

  private static String top(String column, String name) {
    return "topKArray("
        + MOST_CHOICES
        + ")(arrayMap(e -> leftUTF8(e, "
        + NAME
        + "), "
        + column
        + ")) AS "
        + name;
  }
}

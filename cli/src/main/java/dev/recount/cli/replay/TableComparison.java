package dev.recount.cli.replay;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.cli.output.Text;
import dev.recount.cli.replay.TableDifference.Counts;
import dev.recount.cli.replay.TableDifference.Example;
import dev.recount.cli.sql.ClickHouse;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Compares the tables of two databases, all columns of all rows as they stand, week by week, so
 * that what is held in memory is bounded by a week's keys.
 */
final class TableComparison {
  /** Keys that are kept of each kind: enough to look again at what differs while rows change. */
  private static final int KEPT_KEYS = 2_000;

  /** Rows that are looked at for the columns in which they differ. */
  private static final int INSPECTED = 50;

  private static final int SHOWN = 3;
  private static final int WIDEST_VALUE = 80;
  private static final String ANY = "1";

  /** Columns that tell how a row came about, not what it says. */
  private static final String OF_THE_LOG = "('revision', 'phase', 'key_time')";

  private final ClickHouse clickHouse;
  private final String live;
  private final String rebuilt;
  private final Function<ReplayedTable, String> condition;
  private final @Nullable Instant horizon;
  private final boolean replayedLog;

  /**
   * @param condition which rows of a table are compared
   * @param replayedLog whether both were derived from one log, so that everything must be the same
   */
  private TableComparison(
      ClickHouse clickHouse,
      String live,
      String rebuilt,
      Function<ReplayedTable, String> condition,
      @Nullable Instant horizon,
      boolean replayedLog) {
    this.horizon = horizon;
    this.replayedLog = replayedLog;
    this.clickHouse = clickHouse;
    this.live = live;
    this.rebuilt = rebuilt;
    this.condition = condition;
  }

  /**
   * A comparison of all that the log can tell.
   *
   * @param horizon traces that began before this are not in the log as a whole; null when all are
   */
  static TableComparison ofAll(
      ClickHouse clickHouse, String live, String rebuilt, @Nullable Instant horizon) {
    return new TableComparison(clickHouse, live, rebuilt, table -> ANY, horizon, true);
  }

  /**
   * A comparison with what was derived from a log of its own: when a trace began to be there, and
   * in how many revisions it came about, is another matter there.
   */
  static TableComparison ofRaw(
      ClickHouse clickHouse, String live, String rebuilt, @Nullable Instant horizon) {
    return new TableComparison(clickHouse, live, rebuilt, table -> ANY, horizon, false);
  }

  /** A comparison of some traces, which a table of the rebuilt database lists. */
  static TableComparison ofChosen(
      ClickHouse clickHouse, String live, String rebuilt, @Nullable Instant horizon) {
    String chosen = "(SELECT trace_id FROM " + rebuilt + "." + ChosenTraces.TABLE + ")";
    String rows = "trace_id IN " + chosen;
    // What feedback was said to be about later on may be a trace that is not chosen: then nobody
    // has told the rebuilt rows.
    String feedback =
        rows
            + " AND feedback_id NOT IN (SELECT feedback_id FROM "
            + live
            + ".feedback FINAL WHERE trace_id NOT IN "
            + chosen
            + ")";
    return new TableComparison(
        clickHouse,
        live,
        rebuilt,
        table -> table.name().equals("feedback") ? feedback : rows,
        horizon,
        true);
  }

  List<TableDifference> compare() {
    return ReplayedTable.ALL.stream().map(this::compare).toList();
  }

  /** Says in which columns rows differ, and shows some. */
  TableDifference explain(TableDifference difference) {
    if (difference.differing().isEmpty()) {
      return difference;
    }
    ReplayedTable table =
        ReplayedTable.ALL.stream()
            .filter(each -> each.name().equals(difference.table()))
            .findFirst()
            .orElseThrow();
    List<String> keys = difference.differing().stream().limit(INSPECTED).toList();
    Map<String, JsonNode> before = rows(live, table, keys);
    Map<String, JsonNode> after = rows(rebuilt, table, keys);
    Map<String, Integer> columns = new TreeMap<>();
    List<Example> examples = new ArrayList<>();
    for (String key : keys) {
      JsonNode old = before.get(key);
      JsonNode anew = after.get(key);
      if (old == null || anew == null) {
        continue;
      }
      Map<String, List<String>> values = new TreeMap<>();
      for (Map.Entry<String, JsonNode> column : old.properties()) {
        JsonNode other = anew.path(column.getKey());
        if (!column.getValue().equals(other)
            && (replayedLog || !OF_THE_LOG.contains("'" + column.getKey() + "'"))) {
          columns.merge(column.getKey(), 1, Integer::sum);
          values.put(column.getKey(), List.of(shown(column.getValue()), shown(other)));
        }
      }
      if (examples.size() < SHOWN) {
        examples.add(new Example(key, values));
      }
    }
    return difference.with(columns, examples);
  }

  private static String shown(JsonNode value) {
    return Text.shorten(value.isTextual() ? value.asText() : value.toString(), WIDEST_VALUE);
  }

  private TableDifference compare(ReplayedTable table) {
    String columns = columns(table.name());
    BigInteger liveSum = BigInteger.ZERO;
    BigInteger rebuiltSum = BigInteger.ZERO;
    long[] counts = new long[5];
    Set<String> onlyLive = new TreeSet<>();
    Set<String> onlyRebuilt = new TreeSet<>();
    Set<String> differing = new TreeSet<>();
    for (String part : parts(table.name())) {
      String byKey = byKey(table, columns, part);
      for (JsonNode row :
          clickHouse.rows(
              "SELECT sum(a) AS live, sum(b) AS rebuilt, toString(sum(ha)) AS live_sum,"
                  + " toString(sum(hb)) AS rebuilt_sum, countIf(b = 0) AS only_live,"
                  + " countIf(a = 0) AS only_rebuilt, countIf(a > 0 AND b > 0 AND ha != hb) AS differing"
                  + byKey,
              Map.of())) {
        counts[0] += row.path("live").asLong();
        counts[1] += row.path("rebuilt").asLong();
        counts[2] += row.path("only_live").asLong();
        counts[3] += row.path("only_rebuilt").asLong();
        counts[4] += row.path("differing").asLong();
        liveSum = liveSum.add(new BigInteger(row.path("live_sum").asText()));
        rebuiltSum = rebuiltSum.add(new BigInteger(row.path("rebuilt_sum").asText()));
      }
      if (counts[2] + counts[3] + counts[4]
          > onlyLive.size() + onlyRebuilt.size() + differing.size()) {
        for (JsonNode row :
            clickHouse.rows(
                "SELECT k, a, b"
                    + byKey
                    + " WHERE a = 0 OR b = 0 OR ha != hb ORDER BY k LIMIT "
                    + KEPT_KEYS,
                Map.of())) {
          Set<String> of =
              row.path("b").asLong() == 0
                  ? onlyLive
                  : row.path("a").asLong() == 0 ? onlyRebuilt : differing;
          if (of.size() < KEPT_KEYS) {
            of.add(row.path("k").asText());
          }
        }
      }
    }
    return new TableDifference(
        table.name(),
        counts[0],
        counts[1],
        checksum(liveSum),
        checksum(rebuiltSum),
        onlyLive,
        onlyRebuilt,
        differing,
        new Counts(counts[2], counts[3], counts[4]),
        Map.of(),
        List.of());
  }

  private static String checksum(BigInteger sum) {
    return HexFormat.of().toHexDigits(sum.longValue());
  }

  /** All columns, by the names that they have in the live table. */
  private String columns(String table) {
    return clickHouse
        .rows(
            "SELECT name FROM system.columns WHERE database = {database:String}"
                + " AND table = {table:String}"
                + (replayedLog ? "" : " AND name NOT IN " + OF_THE_LOG)
                + " ORDER BY position",
            Map.of("database", live, "table", table))
        .stream()
        .map(row -> "`" + row.path("name").asText() + "`")
        .collect(Collectors.joining(", "));
  }

  /** Conditions that take the table apart, each for both sides. */
  private List<String> parts(String table) {
    return replayedLog
        ? weeks(table).stream().map(week -> "toMonday(key_time) = '" + week + "'").toList()
        : List.of(ANY);
  }

  private List<String> weeks(String table) {
    String each = "SELECT DISTINCT toMonday(key_time) AS week FROM %s." + table;
    return clickHouse
        .rows(
            "SELECT DISTINCT toString(week) AS week FROM ("
                + each.formatted(live)
                + " UNION ALL "
                + each.formatted(rebuilt)
                + ") ORDER BY week",
            Map.of())
        .stream()
        .map(row -> row.path("week").asText())
        .toList();
  }

  /** Rows of both, a line for each key: how many and their hashes here and there. */
  private String byKey(ReplayedTable table, String columns, String part) {
    String key = keyOf(table);
    String side =
        "SELECT "
            + key
            + " AS k, cityHash64(toString(tuple("
            + columns
            + "))) AS h, %d AS side FROM %s."
            + table.name()
            + " FINAL WHERE "
            + part
            + " AND "
            + condition.apply(table)
            + (horizon == null ? "" : " AND " + Horizon.after(table, live, horizon));
    return " FROM (SELECT k, countIf(side = 1) AS a, countIf(side = 2) AS b,"
        + " toUInt256(sumIf(h, side = 1)) AS ha, toUInt256(sumIf(h, side = 2)) AS hb FROM ("
        + side.formatted(1, live)
        + " UNION ALL "
        + side.formatted(2, rebuilt)
        + ") GROUP BY k)";
  }

  private static String keyOf(ReplayedTable table) {
    return table.key().size() == 1
        ? table.key().get(0)
        : "concat(" + String.join(", '/', ", table.key()) + ")";
  }

  private Map<String, JsonNode> rows(String database, ReplayedTable table, List<String> keys) {
    Map<String, JsonNode> rows = new TreeMap<>();
    for (JsonNode row :
        clickHouse.rows(
            "SELECT "
                + keyOf(table)
                + " AS `replayed key`, * FROM "
                + database
                + "."
                + table.name()
                + " FINAL WHERE "
                + table.key().get(0)
                + " IN {ids:Array(String)} AND `replayed key` IN {keys:Array(String)}",
            Map.of(
                "ids",
                keys.stream().map(key -> firstPart(table, key)).distinct().toList(),
                "keys",
                keys))) {
      rows.put(row.path("replayed key").asText(), row);
    }
    return rows;
  }

  private static String firstPart(ReplayedTable table, String key) {
    return table.key().size() == 1 ? key : Arrays.asList(key.split("/", 2)).get(0);
  }
}

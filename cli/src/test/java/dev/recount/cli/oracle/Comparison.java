package dev.recount.cli.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.cli.sql.ClickHouse;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** ClickHouse against the oracle, table by table, row by row, column by column. */
public final class Comparison {
  /** What depends on arrival, and what the generator leaves empty throughout. */
  private static final Map<String, Set<String>> NOT_COMPARED =
      Map.of(
          "traces", Set.of("phase", "revision"),
          "decisions", Set.of("phase", "revision"),
          "context_snapshots", Set.of("phase", "revision"),
          "evaluations", Set.of("phase", "revision"),
          "feedback", Set.of("revision", "sent_model", "attributes"),
          "spans",
              Set.of(
                  "revision",
                  "trace_state",
                  "trace_flags",
                  "kind",
                  "resource_attributes",
                  "events",
                  "links"));

  private static final Map<String, String> SELECT =
      Map.of(
          "traces",
          micros("started_at", "ended_at") + judgedAt(),
          "decisions",
          micros("started_at", "ended_at") + judgedAt(),
          "context_snapshots",
          micros("captured_at"),
          "evaluations",
          micros("evaluated_at"),
          "feedback",
          "toUnixTimestamp64Milli(occurred_at) AS occurred_at",
          "spans",
          "toUnixTimestamp64Nano(started_at) AS started_at,"
              + " toUnixTimestamp64Nano(ended_at) AS ended_at");

  private static final Map<String, List<String>> KEYS =
      Map.of(
          "traces", List.of("trace_id"),
          "decisions", List.of("trace_id", "decision_id"),
          "context_snapshots", List.of("trace_id", "snapshot_id"),
          "evaluations", List.of("trace_id", "evaluation_id"),
          "feedback", List.of("feedback_id"),
          "spans", List.of("trace_id", "span_id"));

  private static final int MOST_EXAMPLES = 25;

  private final Map<String, Count> counts = new LinkedHashMap<>();
  private final List<String> examples = new ArrayList<>();
  private final Map<String, Integer> wrongColumns = new TreeMap<>();

  /** What became of the rows of one table. */
  static final class Count {
    long expected;
    long equal;
    long missing;
    long doubled;
    long unexpected;
    long different;
    long provisional;

    boolean isPerfect() {
      return expected == equal && missing + doubled + unexpected + different + provisional == 0;
    }
  }

  private Comparison() {}

  private static String micros(String... columns) {
    List<String> replaced = new ArrayList<>();
    for (String column : columns) {
      replaced.add("toUnixTimestamp64Micro(" + column + ") AS " + column);
    }
    return String.join(", ", replaced);
  }

  private static String judgedAt() {
    return ", arrayMap(x -> toUnixTimestamp64Milli(x), feedback_occurred_at)"
        + " AS feedback_occurred_at";
  }

  /** Likewise of rows from anywhere else, by the same names and in the same units. */
  static Comparison of(Map<String, List<JsonNode>> rows, Oracle oracle) {
    Comparison comparison = new Comparison();
    Map<String, Map<String, Map<String, Object>>> expected = oracle.rows("");
    rows.forEach(
        (table, found) -> {
          comparison.counts.put(table, new Count());
          comparison.compare(table, Objects.requireNonNull(expected.get(table)), found);
        });
    return comparison;
  }

  public static Comparison of(ClickHouse clickHouse, Oracle oracle) {
    Comparison comparison = new Comparison();
    OracleRows.TABLES.forEach(table -> comparison.counts.put(table, new Count()));
    Map<String, Map<String, Object>> feedback = new TreeMap<>(oracle.unjoinedFeedback());
    for (char digit : "0123456789abcdef".toCharArray()) {
      String prefix = String.valueOf(digit);
      Map<String, Map<String, Map<String, Object>>> expected = oracle.rows(prefix);
      feedback.putAll(Objects.requireNonNull(expected.remove("feedback")));
      expected.forEach(
          (table, rows) ->
              comparison.compare(
                  table,
                  rows,
                  clickHouse.rows(
                      select(table) + " WHERE startsWith(trace_id, {prefix:String})",
                      Map.of("prefix", prefix))));
    }
    comparison.compare("feedback", feedback, clickHouse.rows(select("feedback"), Map.of()));
    return comparison;
  }

  private static String select(String table) {
    return "SELECT * REPLACE (" + SELECT.get(table) + ") FROM " + table + "_latest";
  }

  private void compare(
      String table, Map<String, Map<String, Object>> expected, List<JsonNode> rows) {
    Count count = Objects.requireNonNull(counts.get(table));
    count.expected += expected.size();
    Set<String> seen = new TreeSet<>();
    for (JsonNode row : rows) {
      List<String> parts = new ArrayList<>();
      Objects.requireNonNull(KEYS.get(table))
          .forEach(column -> parts.add(row.path(column).asText()));
      String key = String.join("/", parts);
      Map<String, Object> wanted = expected.get(key);
      if (!seen.add(key)) {
        count.doubled++;
        example(table, key, "is there twice");
      } else if (wanted == null) {
        count.unexpected++;
        example(table, key, "is not expected: " + row);
      } else if (differs(table, key, wanted, row)) {
        count.different++;
      } else {
        count.equal++;
      }
      if (row.path("phase").asText().equals("provisional")) {
        count.provisional++;
        example(table, key, "has not settled");
      }
    }
    for (String key : expected.keySet()) {
      if (!seen.contains(key)) {
        count.missing++;
        example(table, key, "is missing");
      }
    }
  }

  private boolean differs(String table, String key, Map<String, Object> wanted, JsonNode row) {
    Set<String> columns = new TreeSet<>(wanted.keySet());
    row.fieldNames().forEachRemaining(columns::add);
    columns.removeAll(Objects.requireNonNull(NOT_COMPARED.get(table)));
    List<String> differences = new ArrayList<>();
    for (String column : columns) {
      String expected = wanted.containsKey(column) ? written(wanted.get(column)) : "(no column)";
      String found = row.has(column) ? written(row.get(column)) : "(no column)";
      if (!expected.equals(found)) {
        wrongColumns.merge(table + "." + column, 1, Integer::sum);
        differences.add(column + ": expected " + expected + ", found " + found);
      }
    }
    if (differences.isEmpty()) {
      return false;
    }
    example(table, key, String.join("; ", differences));
    return true;
  }

  private void example(String table, String key, String what) {
    if (examples.size() < MOST_EXAMPLES) {
      examples.add(table + " " + key + " " + what);
    }
  }

  private static String written(Object value) {
    if (value instanceof Double || value instanceof Long) {
      return number(new BigDecimal(value.toString()));
    }
    if (value instanceof List<?> list) {
      List<String> elements = new ArrayList<>();
      list.forEach(element -> elements.add(written(element)));
      return elements.toString();
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, String> members = new TreeMap<>();
      map.forEach((name, member) -> members.put(name.toString(), written(member)));
      return members.toString();
    }
    return value.toString();
  }

  private static String written(JsonNode value) {
    if (value.isNull()) {
      return OracleRows.NULL.toString();
    }
    if (value.isNumber()) {
      return number(value.decimalValue());
    }
    if (value.isArray()) {
      List<String> elements = new ArrayList<>();
      value.forEach(element -> elements.add(written(element)));
      return elements.toString();
    }
    if (value.isObject()) {
      Map<String, String> members = new TreeMap<>();
      value.properties().forEach(m -> members.put(m.getKey(), written(m.getValue())));
      return members.toString();
    }
    return value.asText();
  }

  private static String number(BigDecimal value) {
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }

  public boolean isPerfect() {
    return counts.values().stream().allMatch(Count::isPerfect);
  }

  /** Figures by table, then the first differences. */
  public String report() {
    StringBuilder text = new StringBuilder();
    counts.forEach(
        (table, count) ->
            text.append(
                String.format(
                    "%-18s expected %d, equal %d, missing %d, doubled %d, unexpected %d,"
                        + " different %d, provisional %d%n",
                    table,
                    count.expected,
                    count.equal,
                    count.missing,
                    count.doubled,
                    count.unexpected,
                    count.different,
                    count.provisional)));
    if (!wrongColumns.isEmpty()) {
      text.append("columns that differ: ").append(wrongColumns).append('\n');
    }
    examples.forEach(example -> text.append(example).append('\n'));
    return text.toString();
  }
}

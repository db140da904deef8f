package dev.recount.web.query;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.web.Tables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The parameters of one statement. No value ever becomes part of its text. */
final class Sql {
  /** Characters of a name that are shown. */
  static final int NAME = 200;

  private final Map<String, String> parameters = new LinkedHashMap<>();

  /** A text, as it stands in the statement. */
  String text(String value) {
    return bind("String", value);
  }

  /** Texts, as they stand in the statement: separated by commas. */
  String texts(List<String> values) {
    return values.stream().map(this::text).collect(Collectors.joining(", "));
  }

  /** That a column is one of some names. What was cut to be shown stands for all that begins so. */
  String named(String column, List<String> names) {
    List<String> whole = names.stream().filter(name -> !isCut(name)).toList();
    List<String> conditions = new ArrayList<>();
    if (!whole.isEmpty()) {
      conditions.add(column + " IN (" + texts(whole) + ")");
    }
    names.stream()
        .filter(Sql::isCut)
        .forEach(name -> conditions.add("startsWith(" + column + ", " + text(name) + ")"));
    return conditions.size() == 1 ? conditions.get(0) : "(" + String.join(" OR ", conditions) + ")";
  }

  /** That an array has one of some names, likewise. */
  String anyNamed(String column, List<String> names) {
    return names.stream().noneMatch(Sql::isCut)
        ? "hasAny(" + column + ", [" + texts(names) + "])"
        : "arrayExists(each -> " + named("each", names) + ", " + column + ")";
  }

  private static boolean isCut(String name) {
    return name.codePointCount(0, name.length()) >= NAME;
  }

  /** A number. */
  String decimal(double value) {
    return bind("Float64", Double.toString(value));
  }

  /** A whole number. */
  String number(long value) {
    return bind("Int64", Long.toString(value));
  }

  /** A time, given in microseconds since the epoch. */
  String time(long micros) {
    return "fromUnixTimestamp64Micro(" + number(micros) + ", 'UTC')";
  }

  private String bind(String type, String value) {
    String name = "p" + parameters.size();
    parameters.put(name, value);
    return "{" + name + ":" + type + "}";
  }

  /** Runs a statement with the parameters bound so far. */
  List<JsonNode> run(Tables tables, String statement) {
    return tables.rows(statement, parameters);
  }

  /** Conditions that all have to hold, as a WHERE clause; empty where there is none. */
  static String where(List<String> conditions) {
    return conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
  }

  /** The beginning of a text: what comes from telemetry may be of any length. */
  static String cut(String column, int characters) {
    return "leftUTF8(" + column + ", " + characters + ") AS " + column;
  }

  /** The first of several texts, each cut. */
  static String cutAll(String column, int elements, int characters) {
    return "arrayMap(e -> leftUTF8(e, "
        + characters
        + "), arraySlice("
        + column
        + ", 1, "
        + elements
        + ")) AS "
        + column;
  }

  /** Microseconds since the epoch. */
  static String micros(String column, String name) {
    return "toUnixTimestamp64Micro(" + column + ") AS " + name;
  }

  /** From {@code started_at} to {@code ended_at} in microseconds, NULL while it runs. */
  static String duration() {
    return "toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(started_at) AS duration_us";
  }

  /** Joins columns. */
  static String columns(List<String> columns) {
    return String.join(", ", new ArrayList<>(columns));
  }
}

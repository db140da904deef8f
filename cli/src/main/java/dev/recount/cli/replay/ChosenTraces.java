package dev.recount.cli.replay;

import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The traces that a replay of some derives, as a table beside theirs. */
final class ChosenTraces {
  static final String TABLE = "chosen_traces";

  private static final int INSERTED_AT_ONCE = 1_000;

  private ChosenTraces() {}

  static void write(ClickHouseConnection clickHouse, String database, Set<String> traces) {
    clickHouse.execute("CREATE DATABASE IF NOT EXISTS " + database);
    clickHouse.execute(
        "CREATE TABLE IF NOT EXISTS "
            + database
            + "."
            + TABLE
            + " (trace_id String) ENGINE = MergeTree ORDER BY trace_id");
    List<String> all = List.copyOf(traces);
    for (int first = 0; first < all.size(); first += INSERTED_AT_ONCE) {
      String some =
          all.subList(first, Math.min(all.size(), first + INSERTED_AT_ONCE)).stream()
              .map(ChosenTraces::literal)
              .collect(Collectors.joining(", "));
      // As a query, since drivers and engines treat inline data in different ways.
      clickHouse.execute(
          "INSERT INTO " + database + "." + TABLE + " SELECT arrayJoin([" + some + "])");
    }
  }

  private static String literal(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}

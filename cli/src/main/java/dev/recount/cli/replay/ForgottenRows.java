package dev.recount.cli.replay;

import dev.recount.sinks.clickhouse.client.ClickHouseConnection;

/**
 * What was forgotten is derived anew from the log and then taken back: its rows are withdrawn, but
 * they are on disk until ClickHouse merges them away.
 */
final class ForgottenRows {
  private ForgottenRows() {}

  /** Deletes all rows of traces that were taken back. */
  static void delete(ClickHouseConnection clickHouse, String database) {
    String taken =
        "SELECT trace_id FROM "
            + database
            + ".traces GROUP BY trace_id HAVING argMax(deleted, revision) = 1";
    // Traces come last there: they tell which they are.
    for (ReplayedTable table : ReplayedTable.ALL) {
      clickHouse.execute(
          "ALTER TABLE "
              + database
              + "."
              + table.name()
              + " DELETE WHERE trace_id IN ("
              + taken
              + ") SETTINGS mutations_sync = 2");
    }
  }
}

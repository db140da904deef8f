package dev.recount.cli.replay;

import dev.recount.cli.sql.ClickHouse;
import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import java.util.Map;

/**
 * What was forgotten is derived anew from the log and then taken back: its rows are withdrawn, but
 * they are on disk until ClickHouse merges them away.
 */
final class ForgottenRows {
  private ForgottenRows() {}

  /** Deletes all rows of traces that were taken back. */
  static void delete(ClickHouse queries, ClickHouseConnection clickHouse, String database) {
    String taken =
        "SELECT trace_id FROM "
            + database
            + ".traces GROUP BY trace_id HAVING argMax(deleted, revision) = 1";
    // The live application stands still meanwhile, and mostly there is nothing to do.
    if (queries.rows(taken + " LIMIT 1", Map.of()).isEmpty()) {
      return;
    }
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

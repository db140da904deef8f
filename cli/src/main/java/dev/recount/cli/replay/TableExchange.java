package dev.recount.cli.replay;

import dev.recount.cli.UserError;
import dev.recount.cli.pipeline.Rebuild.Pair;
import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Exchanges tables of two databases, each at once. A table keeps its UUID wherever it goes, so that
 * it can be told at any time which of them have been exchanged.
 */
final class TableExchange {
  private final ClickHouseConnection clickHouse;
  private final String live;
  private final String other;

  TableExchange(ClickHouseConnection clickHouse, String live, String other) {
    this.clickHouse = clickHouse;
    this.live = live;
    this.other = other;
  }

  /** Whether a database holds tables that are copies of those of other servers. */
  static boolean isReplicated(ClickHouseConnection clickHouse, String database) {
    return !clickHouse
        .query(
            "SELECT name FROM system.tables WHERE database = '"
                + database
                + "' AND startsWith(engine, 'Replicated')")
        .isEmpty();
  }

  /** UUIDs of the tables as they lie now. */
  Map<String, Pair> uuids() {
    Map<String, Pair> pairs = new TreeMap<>();
    for (ReplayedTable table : ReplayedTable.ALL) {
      pairs.put(table.name(), new Pair(uuid(live, table.name()), uuid(other, table.name())));
    }
    return pairs;
  }

  /**
   * Exchanges what has not been exchanged.
   *
   * @param before the UUIDs as they lay before the first was exchanged
   * @param exchanged told of each
   */
  void exchange(Map<String, Pair> before, Consumer<String> exchanged) {
    for (ReplayedTable table : ReplayedTable.ALL) {
      if (uuid(live, table.name()).equals(pair(before, table).live())) {
        exchange(table.name());
        exchanged.accept(table.name());
      }
    }
  }

  /** Exchanges back what has been exchanged. */
  void undo(Map<String, Pair> before) {
    for (ReplayedTable table : ReplayedTable.ALL) {
      if (uuid(live, table.name()).equals(pair(before, table).shadow())) {
        exchange(table.name());
      }
    }
  }

  private static Pair pair(Map<String, Pair> before, ReplayedTable table) {
    Pair pair = before.get(table.name());
    if (pair == null) {
      throw new UserError("The journal of the replay does not know " + table.name() + ".", null);
    }
    return pair;
  }

  private void exchange(String table) {
    clickHouse.execute("EXCHANGE TABLES " + live + "." + table + " AND " + other + "." + table);
  }

  private String uuid(String database, String table) {
    List<List<String>> found =
        clickHouse.query(
            "SELECT toString(uuid) FROM system.tables WHERE database = '"
                + database
                + "' AND name = '"
                + table
                + "'");
    if (found.size() != 1) {
      throw new UserError(
          "There is no table " + database + "." + table + ".",
          "Let the sinks make the tables, then run the replay again.");
    }
    return found.get(0).get(0);
  }
}

package dev.recount.sinks.clickhouse.schema;

import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Changes the expiry of tables that were created with another retention. */
final class Retention {
  private static final Logger log = LoggerFactory.getLogger(Retention.class);

  private Retention() {}

  static void enforce(ClickHouseConnection connection, SchemaOptions options) {
    String days = "toIntervalDay(" + options.retention().toDays() + ")";
    List<List<String>> outdated =
        connection.query(
            "SELECT name FROM system.tables WHERE database = '"
                + options.database()
                + "' AND engine_full LIKE '%TTL toDateTime(key_time)%' AND position(engine_full, '"
                + days
                + "') = 0");
    for (List<String> row : outdated) {
      String table = row.get(0);
      connection.execute(
          options.render(
              "ALTER TABLE ${database}."
                  + table
                  + "${on_cluster} MODIFY TTL toDateTime(key_time) + INTERVAL ${retention_days} DAY"));
      log.info(
          "Rows of {}.{} now expire after {} days",
          options.database(),
          table,
          options.retention().toDays());
    }
  }
}

package dev.recount.sinks.clickhouse.delivery;

import java.io.InputStream;
import java.util.List;

/** Writes rows durably: ClickHouse, or what stands for it in a test. */
@FunctionalInterface
public interface RowInserter {
  /**
   * Inserts rows and returns when they are written.
   *
   * @throws dev.recount.sinks.clickhouse.client.ClickHouseRequestException when they are not
   *     written, or it is not known whether
   */
  void insert(String table, List<String> columns, InputStream rows);
}

package dev.recount.sinks.clickhouse.tables;

import dev.recount.sinks.clickhouse.rows.RowBinary;
import dev.recount.sinks.clickhouse.rows.Table;
import java.util.function.Consumer;
import org.apache.kafka.connect.sink.SinkRecord;

/**
 * The way of a topic's records into a table.
 *
 * @param <T> what the records carry
 */
public final class Route<T> {
  private final Table<T> table;
  private final RecordSource<T> source;

  Route(Table<T> table, RecordSource<T> source) {
    this.table = table;
    this.source = source;
  }

  /** Where the records go. */
  public Table<T> table() {
    return table;
  }

  /**
   * Reads a record.
   *
   * @return writes the record as a row of the table
   * @throws dev.recount.schemas.UndecodableException when it will never be readable
   * @throws dev.recount.schemas.RegistryUnavailableException when it is not readable now
   */
  public Consumer<RowBinary> read(SinkRecord record) {
    T carried = source.read(record);
    return rows -> table.write(rows, carried);
  }
}

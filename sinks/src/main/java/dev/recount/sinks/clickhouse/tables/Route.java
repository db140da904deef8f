package dev.recount.sinks.clickhouse.tables;

import dev.recount.sinks.clickhouse.rows.RowBinary;
import dev.recount.sinks.clickhouse.rows.Table;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.connect.sink.SinkRecord;

/**
 * The way of a topic's records into a table.
 *
 * @param <T> what the records carry
 */
public final class Route<T> {
  private final Table<T> table;
  private final RecordSource<T> source;
  private final Function<T, List<T>> rows;

  /**
   * @param rows what a record brings together, each of which is a row
   */
  Route(Table<T> table, RecordSource<T> source, Function<T, List<T>> rows) {
    this.table = table;
    this.source = source;
    this.rows = rows;
  }

  /** Where the records go. */
  public Table<T> table() {
    return table;
  }

  /**
   * Gets what it takes to read a record with a value, if that is not there yet.
   *
   * @throws dev.recount.schemas.UndecodableException when it will never be readable
   * @throws dev.recount.schemas.RegistryUnavailableException when it is not to be had now
   */
  public void prepare(SinkRecord record) {
    source.prepare(record);
  }

  /**
   * Reads a record.
   *
   * @return writes the record as a row of the table, or as several
   * @throws dev.recount.schemas.UndecodableException when it will never be readable
   * @throws dev.recount.schemas.RegistryUnavailableException when it is not readable now; never
   *     after it was prepared
   */
  public Consumer<RowBinary> read(SinkRecord record) {
    List<T> carried = rows.apply(source.read(record));
    return buffer -> carried.forEach(row -> table.write(buffer, row));
  }
}

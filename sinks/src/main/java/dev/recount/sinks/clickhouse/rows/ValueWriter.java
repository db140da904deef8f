package dev.recount.sinks.clickhouse.rows;

/**
 * Writes one value, or what it takes of a record.
 *
 * @param <T> what it writes
 */
@FunctionalInterface
public interface ValueWriter<T> {
  /** Appends the value to the row. */
  void write(RowBinary row, T value);
}

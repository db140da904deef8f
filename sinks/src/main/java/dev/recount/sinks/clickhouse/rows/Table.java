package dev.recount.sinks.clickhouse.rows;

import java.util.List;

/**
 * A table and how a record becomes a row of it. Immutable.
 *
 * @param <T> the record
 */
public final class Table<T> {
  private final String name;
  private final List<Column<T>> columns;
  private final List<String> columnNames;

  /** One column of an insert. */
  record Column<T>(String name, ValueWriter<T> writer) {}

  Table(String name, List<Column<T>> columns) {
    this.name = name;
    this.columns = List.copyOf(columns);
    this.columnNames = columns.stream().map(Column::name).toList();
  }

  /** Starts the description of a table. */
  public static <T> TableBuilder<T> named(String name) {
    return new TableBuilder<>(name);
  }

  /** Name without the database. */
  public String name() {
    return name;
  }

  /** Columns in the order in which {@link #write} writes them. */
  public List<String> columnNames() {
    return columnNames;
  }

  /** Appends the record as one row. */
  public void write(RowBinary rows, T record) {
    for (Column<T> column : columns) {
      column.writer().write(rows, record);
    }
  }
}

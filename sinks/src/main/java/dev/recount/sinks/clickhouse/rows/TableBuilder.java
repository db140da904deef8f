package dev.recount.sinks.clickhouse.rows;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Describes a table column by column. A method is named after what the column holds and says which
 * ClickHouse type it writes.
 *
 * @param <T> the record
 */
public final class TableBuilder<T> {
  private final String name;
  private final List<Table.Column<T>> columns = new ArrayList<>();

  TableBuilder(String name) {
    this.name = name;
  }

  /** A column of any type. */
  public TableBuilder<T> column(String column, ValueWriter<T> writer) {
    columns.add(new Table.Column<>(column, writer));
    return this;
  }

  /** String; an absent text is empty. */
  public TableBuilder<T> text(String column, Function<T, @Nullable String> value) {
    return column(column, (row, record) -> Values.text(row, value.apply(record)));
  }

  /** String that holds the name of an enum constant. */
  public TableBuilder<T> symbol(String column, Function<T, Enum<?>> value) {
    return column(column, (row, record) -> row.string(value.apply(record).name()));
  }

  /** Array(String). */
  public TableBuilder<T> texts(String column, Function<T, List<String>> values) {
    return array(column, values, Values::text);
  }

  /** Int32, UInt32. */
  public TableBuilder<T> smallNumber(String column, ToIntFunction<T> value) {
    return column(column, (row, record) -> row.int32(value.applyAsInt(record)));
  }

  /** Int64, UInt64. */
  public TableBuilder<T> number(String column, ToLongFunction<T> value) {
    return column(column, (row, record) -> row.int64(value.applyAsLong(record)));
  }

  /** Nullable(Int64). */
  public TableBuilder<T> optionalNumber(String column, Function<T, @Nullable Long> value) {
    return column(column, (row, record) -> Values.optionalNumber(row, value.apply(record)));
  }

  /** Float64. */
  public TableBuilder<T> real(String column, Function<T, Double> value) {
    return column(column, (row, record) -> row.float64(value.apply(record)));
  }

  /** Nullable(Float64). */
  public TableBuilder<T> optionalReal(String column, Function<T, @Nullable Double> value) {
    return column(column, (row, record) -> Values.optionalReal(row, value.apply(record)));
  }

  /** Bool, UInt8. */
  public TableBuilder<T> flag(String column, Predicate<T> value) {
    return column(column, (row, record) -> row.bool(value.test(record)));
  }

  /** Nullable(Bool). */
  public TableBuilder<T> optionalFlag(String column, Function<T, @Nullable Boolean> value) {
    return column(column, (row, record) -> Values.optionalFlag(row, value.apply(record)));
  }

  /** DateTime64(3). */
  public TableBuilder<T> millis(String column, Function<T, Instant> value) {
    return column(column, (row, record) -> Values.millis(row, value.apply(record)));
  }

  /** DateTime64(6). */
  public TableBuilder<T> micros(String column, Function<T, Instant> value) {
    return column(column, (row, record) -> row.int64(Timestamps.micros(value.apply(record))));
  }

  /** Nullable(DateTime64(6)). */
  public TableBuilder<T> optionalMicros(String column, Function<T, @Nullable Instant> value) {
    return column(
        column,
        (row, record) -> {
          Instant time = value.apply(record);
          if (time == null) {
            row.absent();
          } else {
            row.present();
            row.int64(Timestamps.micros(time));
          }
        });
  }

  /** DateTime64(9) from OTLP's fixed64. */
  public TableBuilder<T> nanos(String column, ToLongFunction<T> value) {
    return column(column, (row, record) -> row.int64(Timestamps.nanos(value.applyAsLong(record))));
  }

  /** Nullable(DateTime64(9)) from OTLP's fixed64, in which 0 means unknown. */
  public TableBuilder<T> optionalNanos(String column, ToLongFunction<T> value) {
    return column(column, (row, record) -> Values.optionalNanos(row, value.applyAsLong(record)));
  }

  /** Array(…) of what the writer writes. */
  public <E> TableBuilder<T> array(
      String column, Function<T, List<E>> values, ValueWriter<? super E> writer) {
    return column(column, (row, record) -> Values.array(row, values.apply(record), writer));
  }

  /** Map(String, String). */
  public TableBuilder<T> map(String column, Function<T, Map<String, String>> values) {
    return column(column, (row, record) -> Values.map(row, values.apply(record)));
  }

  /** The columns that decide which row of a key holds, and when it expires. */
  public TableBuilder<T> replacing(
      ToLongFunction<T> revision, Function<T, Instant> keyTime, Predicate<T> deleted) {
    number("revision", revision);
    column("key_time", (row, record) -> row.int64(Timestamps.keyMillis(keyTime.apply(record))));
    return flag("deleted", deleted);
  }

  /** Columns that several tables share. */
  public TableBuilder<T> include(Consumer<TableBuilder<T>> shared) {
    shared.accept(this);
    return this;
  }

  /** The table. */
  public Table<T> build() {
    return new Table<>(name, columns);
  }
}

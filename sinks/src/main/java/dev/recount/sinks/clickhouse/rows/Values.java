package dev.recount.sinks.clickhouse.rows;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values of the types that the tables use. */
public final class Values {
  private Values() {}

  /** String; an absent text is empty. */
  public static void text(RowBinary row, @Nullable String value) {
    row.string(value == null ? "" : value);
  }

  /** Nullable(Float64). */
  public static void optionalReal(RowBinary row, @Nullable Double value) {
    if (value == null) {
      row.absent();
    } else {
      row.present();
      row.float64(value);
    }
  }

  /** Nullable(Int64). */
  public static void optionalNumber(RowBinary row, @Nullable Long value) {
    if (value == null) {
      row.absent();
    } else {
      row.present();
      row.int64(value);
    }
  }

  /** Nullable(Bool). */
  public static void optionalFlag(RowBinary row, @Nullable Boolean value) {
    if (value == null) {
      row.absent();
    } else {
      row.present();
      row.bool(value);
    }
  }

  /** DateTime64(3). */
  public static void millis(RowBinary row, Instant value) {
    row.int64(Timestamps.millis(value));
  }

  /** Nullable(DateTime64(9)) from OTLP's fixed64, in which 0 means unknown. */
  public static void optionalNanos(RowBinary row, long value) {
    if (value == 0) {
      row.absent();
    } else {
      row.present();
      row.int64(Timestamps.nanos(value));
    }
  }

  /** Array(…). */
  public static <E> void array(RowBinary row, List<E> values, ValueWriter<? super E> writer) {
    row.size(values.size());
    for (E value : values) {
      writer.write(row, value);
    }
  }

  /** Map(String, String). */
  public static void map(RowBinary row, Map<String, String> values) {
    row.size(values.size());
    values.forEach(
        (key, value) -> {
          row.string(key);
          text(row, value);
        });
  }
}

package dev.recount.cli.sql;

import com.clickhouse.data.ClickHouseFormat;
import java.util.Locale;

/** How {@code recount sql} prints rows. */
public enum OutputFormat {
  /** Aligned columns, for people. */
  TABLE(ClickHouseFormat.JSONCompactEachRowWithNamesAndTypes, false),
  /** A line per column, for people and wide rows. */
  VERTICAL(ClickHouseFormat.JSONCompactEachRowWithNamesAndTypes, false),
  /** Tab-separated values with a header, escaped as ClickHouse does. */
  TSV(ClickHouseFormat.TabSeparatedWithNames, true),
  /** Comma-separated values with a header. */
  CSV(ClickHouseFormat.CSVWithNames, true),
  /** One JSON document with the types of the columns. */
  JSON(ClickHouseFormat.JSON, true),
  /** One JSON object per line. */
  JSONL(ClickHouseFormat.JSONEachRow, true);

  private final ClickHouseFormat wire;
  private final boolean passedThrough;

  OutputFormat(ClickHouseFormat wire, boolean passedThrough) {
    this.wire = wire;
    this.passedThrough = passedThrough;
  }

  /** What ClickHouse is asked for. */
  ClickHouseFormat wire() {
    return wire;
  }

  /** Whether the bytes of ClickHouse are printed as they come. */
  boolean passedThrough() {
    return passedThrough;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

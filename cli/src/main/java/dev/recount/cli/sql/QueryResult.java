package dev.recount.cli.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * Rows as they came from ClickHouse.
 *
 * @param columns names and types of the columns
 * @param rows values by column
 * @param total number of rows of the result, of which {@code rows} may be the first ones only
 */
public record QueryResult(List<Column> columns, List<List<JsonNode>> rows, long total) {
  /** A column: its name and its ClickHouse type. */
  public record Column(String name, String type) {
    /** Whether values line up by their last digit. */
    boolean isNumber() {
      String bare = type.replace("Nullable(", "").replace("LowCardinality(", "");
      return bare.startsWith("Int")
          || bare.startsWith("UInt")
          || bare.startsWith("Float")
          || bare.startsWith("BFloat")
          || bare.startsWith("Decimal");
    }
  }

  /** Copies the lists. */
  public QueryResult {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
  }
}

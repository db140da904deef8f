package dev.recount.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/** Asks ClickHouse. Used by several threads at once. */
public interface Tables {
  /**
   * Runs a query that reads.
   *
   * @param sql one statement; parameters as <code>{name:Type}</code>
   * @param parameters values by name, as they are
   * @return the rows, each an object by column name; 64-bit integers are numbers
   * @throws Unavailable when ClickHouse does not answer, or gives up
   */
  List<JsonNode> rows(String sql, Map<String, String> parameters);
}

package dev.recount.sinks.clickhouse.schema;

import java.util.ArrayList;
import java.util.List;

/** Takes a migration apart: a statement ends with a semicolon at the end of a line. */
final class SqlStatements {
  private SqlStatements() {}

  /**
   * The statements without their semicolons and without lines that are comments.
   *
   * @throws IllegalArgumentException when the last statement is not ended
   */
  static List<String> split(String text) {
    List<String> statements = new ArrayList<>();
    StringBuilder statement = new StringBuilder();
    for (String line : text.lines().toList()) {
      if (line.isBlank() || line.stripLeading().startsWith("--")) {
        continue;
      }
      String code = line.stripTrailing();
      if (code.endsWith(";")) {
        statements.add(statement + code.substring(0, code.length() - 1));
        statement.setLength(0);
      } else {
        statement.append(code).append('\n');
      }
    }
    if (!statement.isEmpty()) {
      throw new IllegalArgumentException("A statement lacks its semicolon: " + statement);
    }
    return List.copyOf(statements);
  }
}

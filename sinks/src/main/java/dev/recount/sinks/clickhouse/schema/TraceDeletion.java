package dev.recount.sinks.clickhouse.schema;

import dev.recount.schemas.TraceIds;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Deletes the rows of traces, and returns when they are gone from every answer. */
public final class TraceDeletion {
  private final Consumer<String> statements;
  private final SchemaOptions options;

  /**
   * Deletions in a database.
   *
   * @param statements runs a statement
   */
  public TraceDeletion(Consumer<String> statements, SchemaOptions options) {
    this.statements = statements;
    this.options = options;
  }

  /** Deletes the spans of traces. */
  public void spans(List<String> traceIds) {
    statements.accept(statement("spans", "trace_id IN (" + literals(traceIds) + ")"));
  }

  /**
   * The statement that deletes rows of a table.
   *
   * @param condition SQL; what people have given stands in it as a parameter
   */
  public String statement(String table, String condition) {
    return "DELETE FROM "
        + options.database()
        + "."
        + table
        + options.onCluster()
        + " WHERE "
        + condition
        // On this server, and on every replica of it, before it is said to be done.
        + " SETTINGS lightweight_deletes_sync = 2";
  }

  /** Trace IDs as literals: of digits, they need no quoting. */
  private static String literals(List<String> traceIds) {
    return traceIds.stream()
        .peek(TraceDeletion::require)
        .map(traceId -> "'" + traceId + "'")
        .collect(Collectors.joining(", "));
  }

  private static void require(String traceId) {
    if (!TraceIds.isTraceId(traceId)) {
      throw new IllegalArgumentException("Not a trace ID: " + traceId);
    }
  }
}

package dev.recount.sinks.clickhouse.schema;

/** The database was migrated by another version of the same step: nobody knows what it holds. */
public final class SchemaDriftException extends RuntimeException {
  SchemaDriftException(String message) {
    super(message);
  }
}

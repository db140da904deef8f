package dev.recount.sinks.clickhouse;

import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import dev.recount.sinks.clickhouse.schema.SchemaOptions;
import dev.recount.sinks.clickhouse.schema.TraceDeletion;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Traces whose spans are to be deleted. Of what is one row per span, rows cannot be withdrawn one
 * by one: of a trace whose state has expired, nobody knows its spans any more.
 */
final class ForgottenSpans {
  private final Set<String> traces = new LinkedHashSet<>();
  private final TraceDeletion deletion;

  ForgottenSpans(ClickHouseConnection connection, SchemaOptions options) {
    this.deletion = new TraceDeletion(connection::execute, options);
  }

  void add(String traceId) {
    traces.add(traceId);
  }

  boolean isPending() {
    return !traces.isEmpty();
  }

  /**
   * Deletes the spans of all of them.
   *
   * @throws dev.recount.sinks.clickhouse.client.ClickHouseRequestException when that fails; they
   *     are still to be deleted then
   */
  void delete() {
    deletion.spans(List.copyOf(traces));
    traces.clear();
  }
}

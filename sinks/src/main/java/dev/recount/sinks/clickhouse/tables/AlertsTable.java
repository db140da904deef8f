package dev.recount.sinks.clickhouse.tables;

import dev.recount.avro.Alert;
import dev.recount.sinks.clickhouse.rows.Table;

/** One row per alert. */
final class AlertsTable {
  static final Table<Alert> TABLE =
      Table.<Alert>named("alerts")
          .text("alert_id", Alert::getAlertId)
          .text("rule", Alert::getRule)
          .symbol("state", Alert::getState)
          .text("severity", Alert::getSeverity)
          .text("summary", Alert::getSummary)
          .map("labels", Alert::getLabels)
          .optionalReal("value", Alert::getValue)
          .optionalReal("threshold", Alert::getThreshold)
          .micros("fired_at", Alert::getFiredAt)
          .optionalMicros("resolved_at", Alert::getResolvedAt)
          .texts("example_trace_ids", Alert::getExampleTraceIds)
          .replacing(Alert::getRevision, Alert::getKeyTime, Alert::getDeleted)
          .build();

  private AlertsTable() {}
}

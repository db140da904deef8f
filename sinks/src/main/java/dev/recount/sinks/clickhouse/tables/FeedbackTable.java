package dev.recount.sinks.clickhouse.tables;

import dev.recount.avro.FeedbackRecord;
import dev.recount.sinks.clickhouse.rows.Table;

/** One row per feedback event: what was sent, and what it was joined to. */
final class FeedbackTable {
  static final Table<FeedbackRecord> TABLE =
      Table.<FeedbackRecord>named("feedback")
          .text("feedback_id", record -> record.getFeedback().getFeedbackId())
          .symbol("kind", record -> record.getFeedback().getKind())
          .text("source", record -> record.getFeedback().getSource())
          .text("name", record -> record.getFeedback().getName())
          .optionalReal("score", record -> record.getFeedback().getScore())
          .text("label", record -> record.getFeedback().getLabel())
          .optionalFlag("passed", record -> record.getFeedback().getPassed())
          .text("comment", record -> record.getFeedback().getComment())
          .millis("occurred_at", record -> record.getFeedback().getOccurredAt())
          .symbol("match", FeedbackRecord::getMatch)
          .text("reason", FeedbackRecord::getReason)
          .text("trace_id", FeedbackRecord::getTraceId)
          .text("decision_id", FeedbackRecord::getDecisionId)
          .optionalNumber("lag_ms", FeedbackRecord::getLagMs)
          .text("sent_trace_id", record -> record.getFeedback().getTraceId())
          .text("response_id", record -> record.getFeedback().getResponseId())
          .text("tool_call_id", record -> record.getFeedback().getToolCallId())
          .text("session_id", record -> record.getFeedback().getSessionId())
          .text("span_id", record -> record.getFeedback().getSpanId())
          .text("sent_decision_id", record -> record.getFeedback().getDecisionId())
          .text("snapshot_id", record -> record.getFeedback().getSnapshotId())
          .text("sent_model", record -> record.getFeedback().getModel())
          .map("attributes", record -> record.getFeedback().getAttributes())
          .include(table -> SharedColumns.versions(table, FeedbackRecord::getVersions))
          .replacing(
              FeedbackRecord::getRevision, FeedbackRecord::getKeyTime, FeedbackRecord::getDeleted)
          .build();

  private FeedbackTable() {}
}

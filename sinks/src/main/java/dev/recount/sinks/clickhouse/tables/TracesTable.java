package dev.recount.sinks.clickhouse.tables;

import dev.recount.avro.TraceRecord;
import dev.recount.sinks.clickhouse.rows.Table;

/** One row per trace. */
final class TracesTable {
  static final Table<TraceRecord> TABLE =
      Table.<TraceRecord>named("traces")
          .text("trace_id", TraceRecord::getTraceId)
          .text("service", TraceRecord::getService)
          .text("environment", TraceRecord::getEnvironment)
          .text("session_id", TraceRecord::getSessionId)
          .text("user_id", TraceRecord::getUserId)
          .include(table -> SharedColumns.versions(table, TraceRecord::getVersions))
          .micros("started_at", TraceRecord::getStartedAt)
          .optionalMicros("ended_at", TraceRecord::getEndedAt)
          .text("root_name", TraceRecord::getRootName)
          .number("span_count", TraceRecord::getSpanCount)
          .number("late_span_count", TraceRecord::getLateSpanCount)
          .number("decision_count", TraceRecord::getDecisionCount)
          .number("error_count", TraceRecord::getErrorCount)
          .number("snapshot_count", TraceRecord::getSnapshotCount)
          .texts("tools", TraceRecord::getTools)
          .texts("flags", TraceRecord::getFlags)
          .symbol("status", TraceRecord::getStatus)
          .text("error_type", TraceRecord::getErrorType)
          .flag("escalated", TraceRecord::getEscalated)
          .flag("rolled_back", TraceRecord::getRolledBack)
          .optionalReal("evaluation_min_score", TraceRecord::getEvaluationMinScore)
          .optionalReal("feedback_score", TraceRecord::getFeedbackScore)
          .include(table -> SharedColumns.evaluations(table, TraceRecord::getEvaluations))
          .include(table -> SharedColumns.feedback(table, TraceRecord::getFeedback))
          .optionalNumber("feedback_lag_ms", TraceRecord::getFeedbackLagMs)
          .optionalNumber("input_tokens", TraceRecord::getInputTokens)
          .optionalNumber("output_tokens", TraceRecord::getOutputTokens)
          .optionalNumber("total_tokens", TraceRecord::getTotalTokens)
          .optionalNumber("fresh_input_tokens", TraceRecord::getFreshInputTokens)
          .optionalNumber("cache_read_tokens", TraceRecord::getCacheReadTokens)
          .optionalNumber("cache_write_tokens", TraceRecord::getCacheWriteTokens)
          .optionalNumber("reasoning_tokens", TraceRecord::getReasoningTokens)
          .optionalNumber("cost_nano_usd", TraceRecord::getCostNanoUsd)
          .optionalReal("max_context_utilization", TraceRecord::getMaxContextUtilization)
          .text("suspect_decision_id", TraceRecord::getSuspectDecisionId)
          .flag("retained", TraceRecord::getRetained)
          .text("retained_by", TraceRecord::getRetainedBy)
          .real("sample_weight", TraceRecord::getSampleWeight)
          .symbol("phase", TraceRecord::getPhase)
          .replacing(TraceRecord::getRevision, TraceRecord::getKeyTime, TraceRecord::getDeleted)
          .build();

  private TracesTable() {}
}

package dev.recount.sinks.clickhouse.tables;

import dev.recount.avro.DecisionRecord;
import dev.recount.sinks.clickhouse.rows.Table;
import dev.recount.sinks.clickhouse.rows.Values;

/** One row per decision. */
final class DecisionsTable {
  static final Table<DecisionRecord> TABLE =
      Table.<DecisionRecord>named("decisions")
          .text("trace_id", DecisionRecord::getTraceId)
          .text("decision_id", DecisionRecord::getDecisionId)
          .text("parent_id", DecisionRecord::getParentId)
          .text("span_id", DecisionRecord::getSpanId)
          .texts("chain", DecisionRecord::getChain)
          .smallNumber("step", DecisionRecord::getStep)
          .symbol("kind", DecisionRecord::getKind)
          .text("name", DecisionRecord::getName)
          .text("service", DecisionRecord::getService)
          .text("environment", DecisionRecord::getEnvironment)
          .text("session_id", DecisionRecord::getSessionId)
          .text("user_id", DecisionRecord::getUserId)
          .include(table -> SharedColumns.versions(table, DecisionRecord::getVersions))
          .micros("started_at", DecisionRecord::getStartedAt)
          .optionalMicros("ended_at", DecisionRecord::getEndedAt)
          .text("tool_name", DecisionRecord::getToolName)
          .text("tool_call_id", DecisionRecord::getToolCallId)
          .text("tool_arguments", DecisionRecord::getToolArguments)
          .text("tool_result", DecisionRecord::getToolResult)
          .array(
              "considered",
              DecisionRecord::getConsidered,
              (row, option) -> {
                row.string(option.getName());
                Values.optionalReal(row, option.getScore());
                Values.text(row, option.getRejectedBecause());
              })
          .text("chosen", DecisionRecord::getChosen)
          .text("rationale", DecisionRecord::getRationale)
          .optionalReal("confidence", DecisionRecord::getConfidence)
          .texts("constraints", DecisionRecord::getConstraints)
          .text("expected_outcome", DecisionRecord::getExpectedOutcome)
          .text("actual_outcome", DecisionRecord::getActualOutcome)
          .optionalFlag("outcome_matched", DecisionRecord::getOutcomeMatched)
          .symbol("status", DecisionRecord::getStatus)
          .text("error_type", DecisionRecord::getErrorType)
          .text("error_message", DecisionRecord::getErrorMessage)
          .optionalNumber("input_tokens", DecisionRecord::getInputTokens)
          .optionalNumber("output_tokens", DecisionRecord::getOutputTokens)
          .optionalNumber("total_tokens", DecisionRecord::getTotalTokens)
          .optionalNumber("fresh_input_tokens", DecisionRecord::getFreshInputTokens)
          .optionalNumber("cache_read_tokens", DecisionRecord::getCacheReadTokens)
          .optionalNumber("cache_write_tokens", DecisionRecord::getCacheWriteTokens)
          .optionalNumber("reasoning_tokens", DecisionRecord::getReasoningTokens)
          .optionalNumber("cost_nano_usd", DecisionRecord::getCostNanoUsd)
          .text("response_id", DecisionRecord::getResponseId)
          .text("snapshot_id", DecisionRecord::getSnapshotId)
          .optionalNumber("context_tokens", DecisionRecord::getContextTokens)
          .optionalNumber("context_limit", DecisionRecord::getContextLimit)
          .flag("context_truncated", DecisionRecord::getContextTruncated)
          .texts("memory_chunk_ids", DecisionRecord::getMemoryChunkIds)
          .smallNumber("tool_depth", DecisionRecord::getToolDepth)
          .texts("flags", DecisionRecord::getFlags)
          .text("suspect_decision_id", DecisionRecord::getSuspectDecisionId)
          .include(table -> SharedColumns.evaluations(table, DecisionRecord::getEvaluations))
          .include(table -> SharedColumns.feedback(table, DecisionRecord::getFeedback))
          .optionalNumber("feedback_lag_ms", DecisionRecord::getFeedbackLagMs)
          .flag("retained", DecisionRecord::getRetained)
          .text("retained_by", DecisionRecord::getRetainedBy)
          .real("sample_weight", DecisionRecord::getSampleWeight)
          .symbol("phase", DecisionRecord::getPhase)
          .replacing(
              DecisionRecord::getRevision, DecisionRecord::getKeyTime, DecisionRecord::getDeleted)
          .build();

  private DecisionsTable() {}
}

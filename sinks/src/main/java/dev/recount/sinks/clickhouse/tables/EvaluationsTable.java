package dev.recount.sinks.clickhouse.tables;

import dev.recount.avro.Evaluation;
import dev.recount.sinks.clickhouse.rows.Table;

/** One row per verdict of an evaluator. */
final class EvaluationsTable {
  static final Table<Evaluation> TABLE =
      Table.<Evaluation>named("evaluations")
          .text("evaluation_id", Evaluation::getEvaluationId)
          .text("trace_id", Evaluation::getTraceId)
          .text("decision_id", Evaluation::getDecisionId)
          .text("span_id", Evaluation::getSpanId)
          .text("name", Evaluation::getName)
          .text("evaluator", Evaluation::getEvaluator)
          .optionalReal("score", Evaluation::getScore)
          .text("label", Evaluation::getLabel)
          .optionalFlag("passed", Evaluation::getPassed)
          .text("explanation", Evaluation::getExplanation)
          .micros("evaluated_at", Evaluation::getEvaluatedAt)
          .text("service", Evaluation::getService)
          .text("environment", Evaluation::getEnvironment)
          .text("session_id", Evaluation::getSessionId)
          .text("user_id", Evaluation::getUserId)
          .include(table -> SharedColumns.versions(table, Evaluation::getVersions))
          .flag("retained", Evaluation::getRetained)
          .text("retained_by", Evaluation::getRetainedBy)
          .real("sample_weight", Evaluation::getSampleWeight)
          .symbol("phase", Evaluation::getPhase)
          .replacing(Evaluation::getRevision, Evaluation::getKeyTime, Evaluation::getDeleted)
          .build();

  private EvaluationsTable() {}
}

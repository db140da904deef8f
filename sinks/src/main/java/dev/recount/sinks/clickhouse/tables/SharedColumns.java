package dev.recount.sinks.clickhouse.tables;

import dev.recount.avro.EvaluationOutcome;
import dev.recount.avro.FeedbackOutcome;
import dev.recount.avro.Versions;
import dev.recount.sinks.clickhouse.rows.TableBuilder;
import dev.recount.sinks.clickhouse.rows.Values;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Columns that several tables have under the same names. */
final class SharedColumns {
  private static final Versions UNKNOWN = Versions.newBuilder().build();

  private SharedColumns() {}

  /** The version tuple; nothing known when null. */
  static <T> void versions(TableBuilder<T> table, Function<T, @Nullable Versions> versions) {
    version(table, "agent_name", versions, Versions::getAgentName);
    version(table, "agent_version", versions, Versions::getAgentVersion);
    version(table, "model", versions, Versions::getModel);
    version(table, "response_model", versions, Versions::getResponseModel);
    version(table, "prompt_name", versions, Versions::getPromptName);
    version(table, "prompt_version", versions, Versions::getPromptVersion);
    version(table, "tool_schema_version", versions, Versions::getToolSchemaVersion);
    version(table, "memory_index_version", versions, Versions::getMemoryIndexVersion);
    version(table, "framework", versions, Versions::getFramework);
    version(table, "framework_version", versions, Versions::getFrameworkVersion);
    version(table, "release", versions, Versions::getRelease);
  }

  private static <T> void version(
      TableBuilder<T> table,
      String column,
      Function<T, @Nullable Versions> versions,
      Function<Versions, @Nullable String> version) {
    table.text(
        column,
        record -> {
          Versions known = versions.apply(record);
          return version.apply(known == null ? UNKNOWN : known);
        });
  }

  /** Verdicts of evaluators as parallel arrays. */
  static <T> void evaluations(
      TableBuilder<T> table, Function<T, List<EvaluationOutcome>> evaluations) {
    table
        .array(
            "evaluation_names",
            evaluations,
            (row, evaluation) -> Values.text(row, evaluation.getName()))
        .array(
            "evaluation_scores",
            evaluations,
            (row, evaluation) -> Values.optionalReal(row, evaluation.getScore()))
        .array(
            "evaluation_labels",
            evaluations,
            (row, evaluation) -> Values.text(row, evaluation.getLabel()))
        .array(
            "evaluation_passed",
            evaluations,
            (row, evaluation) -> Values.optionalFlag(row, evaluation.getPassed()));
  }

  /** What people and the world said, as parallel arrays. */
  static <T> void feedback(TableBuilder<T> table, Function<T, List<FeedbackOutcome>> feedback) {
    table
        .array("feedback_ids", feedback, (row, said) -> Values.text(row, said.getFeedbackId()))
        .array("feedback_kinds", feedback, (row, said) -> row.string(said.getKind().name()))
        .array("feedback_names", feedback, (row, said) -> Values.text(row, said.getName()))
        .array(
            "feedback_scores", feedback, (row, said) -> Values.optionalReal(row, said.getScore()))
        .array("feedback_labels", feedback, (row, said) -> Values.text(row, said.getLabel()))
        .array(
            "feedback_occurred_at",
            feedback,
            (row, said) -> Values.millis(row, said.getOccurredAt()));
  }
}

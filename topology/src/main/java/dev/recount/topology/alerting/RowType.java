package dev.recount.topology.alerting;

import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.Phase;
import dev.recount.avro.Status;
import dev.recount.avro.TraceRecord;
import dev.recount.avro.Versions;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a rule can ask of a kind of row.
 *
 * @param <R> the row
 */
final class RowType<R> {
  static final RowType<Evaluation> EVALUATIONS =
      new RowType<Evaluation>("evaluations", Evaluation::getEvaluationId, Evaluation::getTraceId)
          .versions(Evaluation::getVersions)
          .text("service", Evaluation::getService)
          .text("environment", Evaluation::getEnvironment)
          .text("name", Evaluation::getName)
          .text("evaluator", Evaluation::getEvaluator)
          .text("label", Evaluation::getLabel)
          .text("passed", row -> text(row.getPassed()))
          .number("score", Evaluation::getScore)
          .failure(row -> row.getPassed() == null ? null : !row.getPassed())
          .emission(
              Evaluation::getPhase, row -> row.getKeyTime().toEpochMilli(), Evaluation::getDeleted);

  static final RowType<TraceRecord> TRACES =
      new RowType<TraceRecord>("traces", TraceRecord::getTraceId, TraceRecord::getTraceId)
          .versions(TraceRecord::getVersions)
          .text("service", TraceRecord::getService)
          .text("environment", TraceRecord::getEnvironment)
          .text("root_name", TraceRecord::getRootName)
          .text("status", row -> row.getStatus().toString())
          .text("error_type", TraceRecord::getErrorType)
          .text("escalated", row -> text(row.getEscalated()))
          .text("rolled_back", row -> text(row.getRolledBack()))
          .list("flag", TraceRecord::getFlags)
          .list("tool", TraceRecord::getTools)
          .number("score", TraceRecord::getEvaluationMinScore)
          .number("feedback_score", TraceRecord::getFeedbackScore)
          .number("cost_usd", row -> dollars(row.getCostNanoUsd()))
          .number("latency_ms", row -> milliseconds(row.getStartedAt(), row.getEndedAt()))
          .number("tokens", row -> number(row.getTotalTokens()))
          .number("errors", row -> number(row.getErrorCount()))
          .number("decisions", row -> number(row.getDecisionCount()))
          .number("context_utilization", TraceRecord::getMaxContextUtilization)
          .failure(row -> row.getStatus() == Status.error)
          .emission(
              TraceRecord::getPhase,
              row -> row.getKeyTime().toEpochMilli(),
              TraceRecord::getDeleted);

  static final RowType<DecisionRecord> DECISIONS =
      new RowType<DecisionRecord>(
              "decisions",
              row -> row.getTraceId() + "/" + row.getDecisionId(),
              DecisionRecord::getTraceId)
          .versions(DecisionRecord::getVersions)
          .text("service", DecisionRecord::getService)
          .text("environment", DecisionRecord::getEnvironment)
          .text("kind", row -> row.getKind().toString())
          .text("tool", DecisionRecord::getToolName)
          .text("status", row -> row.getStatus().toString())
          .text("error_type", DecisionRecord::getErrorType)
          .list("flag", DecisionRecord::getFlags)
          .number("confidence", DecisionRecord::getConfidence)
          .number("cost_usd", row -> dollars(row.getCostNanoUsd()))
          .number("latency_ms", row -> milliseconds(row.getStartedAt(), row.getEndedAt()))
          .number("tokens", row -> number(row.getTotalTokens()))
          .number("tool_depth", row -> (double) row.getToolDepth())
          .failure(row -> row.getStatus() == Status.error)
          .emission(
              DecisionRecord::getPhase,
              row -> row.getKeyTime().toEpochMilli(),
              DecisionRecord::getDeleted);

  /** Every kind of row by its name in a rule. */
  static final Map<String, RowType<?>> BY_NAME =
      Map.of(EVALUATIONS.name, EVALUATIONS, TRACES.name, TRACES, DECISIONS.name, DECISIONS);

  private static final double NANO = 1e-9;

  private final String name;
  private final Function<R, String> id;
  private final Function<R, String> traceId;
  private final Map<String, Function<R, @Nullable String>> texts = new LinkedHashMap<>();
  private final Map<String, Function<R, List<String>>> lists = new LinkedHashMap<>();
  private final Map<String, Function<R, @Nullable Double>> numbers = new LinkedHashMap<>();
  private Function<R, @Nullable Boolean> failed = row -> null;
  private Function<R, Phase> phase = row -> Phase.provisional;
  private Function<R, Long> keyTime = row -> 0L;
  private Function<R, Boolean> deleted = row -> false;

  private RowType(String name, Function<R, String> id, Function<R, String> traceId) {
    this.name = name;
    this.id = id;
    this.traceId = traceId;
  }

  private RowType<R> versions(Function<R, Versions> versions) {
    return text("agent_name", row -> versions.apply(row).getAgentName())
        .text("agent_version", row -> versions.apply(row).getAgentVersion())
        .text("model", row -> versions.apply(row).getModel())
        .text("response_model", row -> versions.apply(row).getResponseModel())
        .text("prompt_name", row -> versions.apply(row).getPromptName())
        .text("prompt_version", row -> versions.apply(row).getPromptVersion())
        .text("tool_schema_version", row -> versions.apply(row).getToolSchemaVersion())
        .text("memory_index_version", row -> versions.apply(row).getMemoryIndexVersion())
        .text("framework", row -> versions.apply(row).getFramework())
        .text("framework_version", row -> versions.apply(row).getFrameworkVersion())
        .text("release", row -> versions.apply(row).getRelease());
  }

  private RowType<R> text(String field, Function<R, @Nullable String> value) {
    texts.put(field, value);
    return this;
  }

  private RowType<R> list(String field, Function<R, List<String>> values) {
    lists.put(field, values);
    return this;
  }

  private RowType<R> number(String field, Function<R, @Nullable Double> value) {
    numbers.put(field, value);
    return this;
  }

  private RowType<R> failure(Function<R, @Nullable Boolean> value) {
    failed = value;
    return this;
  }

  private RowType<R> emission(
      Function<R, Phase> rowPhase, Function<R, Long> rowKeyTime, Function<R, Boolean> rowDeleted) {
    phase = rowPhase;
    keyTime = rowKeyTime;
    deleted = rowDeleted;
    return this;
  }

  String name() {
    return name;
  }

  /** Fields by which rows can be told apart: each has at most one value. */
  Set<String> dimensions() {
    return new TreeSet<>(texts.keySet());
  }

  /** Fields that a condition can ask for. */
  Set<String> fields() {
    Set<String> fields = dimensions();
    fields.addAll(lists.keySet());
    return fields;
  }

  /** Fields that can be measured. */
  Set<String> measures() {
    return new TreeSet<>(numbers.keySet());
  }

  String id(R row) {
    return name + "/" + id.apply(row);
  }

  String traceId(R row) {
    return traceId.apply(row);
  }

  /** A dimension's value, or null when it is unknown. */
  @Nullable String dimension(R row, String field) {
    Function<R, @Nullable String> value = texts.get(field);
    return value == null ? null : value.apply(row);
  }

  /** All values of a field. */
  List<String> values(R row, String field) {
    Function<R, List<String>> list = lists.get(field);
    if (list != null) {
      return list.apply(row);
    }
    String value = dimension(row, field);
    return value == null ? List.of() : List.of(value);
  }

  /** What is measured, or null when it is unknown. */
  @Nullable Double number(R row, String field) {
    Function<R, @Nullable Double> value = numbers.get(field);
    Double number = value == null ? null : value.apply(row);
    return number == null || !Double.isFinite(number) ? null : number;
  }

  /** Whether what the row is about failed, or null when nobody says. */
  @Nullable Boolean failed(R row) {
    return failed.apply(row);
  }

  Phase phase(R row) {
    return phase.apply(row);
  }

  /** Append time of the trace's first event, milliseconds since the Unix epoch. */
  long keyTime(R row) {
    return keyTime.apply(row);
  }

  boolean deleted(R row) {
    return deleted.apply(row);
  }

  private static @Nullable String text(@Nullable Boolean value) {
    return value == null ? null : value.toString();
  }

  private static @Nullable Double number(@Nullable Long value) {
    return value == null ? null : value.doubleValue();
  }

  private static @Nullable Double dollars(@Nullable Long nano) {
    return nano == null ? null : nano * NANO;
  }

  private static @Nullable Double milliseconds(Instant start, @Nullable Instant end) {
    if (end == null) {
      return null;
    }
    Duration duration = Duration.between(start, end);
    return duration.isNegative() ? null : duration.getSeconds() * 1e3 + duration.getNano() / 1e6;
  }

  @Override
  public String toString() {
    return name;
  }
}

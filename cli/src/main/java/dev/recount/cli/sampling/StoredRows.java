package dev.recount.cli.sampling;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.JsonValue;
import dev.recount.avro.Span;
import dev.recount.avro.SpanEvent;
import dev.recount.avro.SpanKind;
import dev.recount.avro.SpanLink;
import dev.recount.avro.Status;
import dev.recount.avro.StatusCode;
import dev.recount.avro.TraceRecord;
import dev.recount.avro.Versions;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows of ClickHouse as the contracts have them, as far as rules ask for them. */
final class StoredRows {
  private static final long NANOSECONDS = 1_000_000_000;

  private StoredRows() {}

  static TraceRecord trace(JsonNode row) {
    TraceRecord trace = new TraceRecord();
    trace.setTraceId(row.path("trace_id").asText());
    trace.setService(text(row, "service"));
    trace.setEnvironment(text(row, "environment"));
    trace.setSessionId(text(row, "session_id"));
    trace.setUserId(text(row, "user_id"));
    trace.setVersions(versions(row));
    trace.setStartedAt(time(row, "started_at", Instant.EPOCH));
    trace.setEndedAt(timeOrNull(row, "ended_at"));
    trace.setRootName(text(row, "root_name"));
    trace.setSpanCount(row.path("span_count").asLong());
    trace.setDecisionCount(row.path("decision_count").asLong());
    trace.setErrorCount(row.path("error_count").asLong());
    trace.setSnapshotCount(row.path("snapshot_count").asLong());
    trace.setTools(texts(row, "tools"));
    trace.setFlags(texts(row, "flags"));
    trace.setStatus(Status.valueOf(row.path("status").asText()));
    trace.setErrorType(text(row, "error_type"));
    trace.setEscalated(row.path("escalated").asBoolean());
    trace.setRolledBack(row.path("rolled_back").asBoolean());
    trace.setEvaluationMinScore(fraction(row, "evaluation_min_score"));
    trace.setFeedbackScore(fraction(row, "feedback_score"));
    trace.setInputTokens(number(row, "input_tokens"));
    trace.setOutputTokens(number(row, "output_tokens"));
    trace.setTotalTokens(number(row, "total_tokens"));
    trace.setCostNanoUsd(number(row, "cost_nano_usd"));
    trace.setMaxContextUtilization(fraction(row, "max_context_utilization"));
    return trace;
  }

  static DecisionRecord decision(JsonNode row) {
    DecisionRecord decision = new DecisionRecord();
    decision.setDecisionId(row.path("decision_id").asText());
    decision.setStep(row.path("step").asInt());
    decision.setKind(DecisionKind.valueOf(row.path("kind").asText()));
    decision.setName(text(row, "name"));
    decision.setService(text(row, "service"));
    decision.setVersions(versions(row));
    decision.setStartedAt(time(row, "started_at", Instant.EPOCH));
    decision.setEndedAt(timeOrNull(row, "ended_at"));
    decision.setToolName(text(row, "tool_name"));
    decision.setToolArguments(text(row, "tool_arguments"));
    decision.setToolResult(text(row, "tool_result"));
    decision.setToolDepth(row.path("tool_depth").asInt());
    decision.setChosen(text(row, "chosen"));
    decision.setRationale(text(row, "rationale"));
    decision.setConfidence(fraction(row, "confidence"));
    decision.setOutcomeMatched(flag(row, "outcome_matched"));
    decision.setStatus(Status.valueOf(row.path("status").asText()));
    decision.setErrorType(text(row, "error_type"));
    decision.setErrorMessage(text(row, "error_message"));
    decision.setFlags(texts(row, "flags"));
    decision.setInputTokens(number(row, "input_tokens"));
    decision.setOutputTokens(number(row, "output_tokens"));
    decision.setTotalTokens(number(row, "total_tokens"));
    decision.setCostNanoUsd(number(row, "cost_nano_usd"));
    decision.setContextTokens(number(row, "context_tokens"));
    decision.setContextLimit(number(row, "context_limit"));
    decision.setContextTruncated(row.path("context_truncated").asBoolean());
    return decision;
  }

  static Evaluation evaluation(JsonNode row) {
    Evaluation evaluation = new Evaluation();
    evaluation.setEvaluationId(row.path("evaluation_id").asText());
    evaluation.setName(row.path("name").asText());
    evaluation.setEvaluator(text(row, "evaluator"));
    evaluation.setScore(fraction(row, "score"));
    evaluation.setLabel(text(row, "label"));
    evaluation.setPassed(flag(row, "passed"));
    evaluation.setVersions(versions(row));
    return evaluation;
  }

  static FeedbackEvent feedback(JsonNode row) {
    FeedbackEvent feedback = new FeedbackEvent();
    feedback.setFeedbackId(row.path("feedback_id").asText());
    feedback.setKind(FeedbackKind.valueOf(row.path("kind").asText()));
    feedback.setSource(text(row, "source"));
    feedback.setName(text(row, "name"));
    feedback.setScore(fraction(row, "score"));
    feedback.setLabel(text(row, "label"));
    feedback.setPassed(flag(row, "passed"));
    feedback.setComment(text(row, "comment"));
    feedback.setModel(text(row, "sent_model"));
    feedback.setOccurredAt(time(row, "occurred_at", Instant.EPOCH));
    Map<String, String> attributes = new HashMap<>();
    row.path("attributes")
        .properties()
        .forEach(entry -> attributes.put(entry.getKey(), entry.getValue().asText()));
    feedback.setAttributes(attributes);
    return feedback;
  }

  static Span span(JsonNode row) {
    Span span = new Span();
    span.setTraceId(row.path("trace_id").asText());
    span.setSpanId(row.path("span_id").asText());
    span.setParentSpanId(text(row, "parent_span_id"));
    span.setTraceState(text(row, "trace_state"));
    span.setFlags(row.path("trace_flags").asInt());
    span.setName(row.path("name").asText());
    span.setKind(SpanKind.valueOf(row.path("kind").asText()));
    span.setStartTimeUnixNano(nanoseconds(time(row, "started_at", Instant.EPOCH)));
    Instant end = timeOrNull(row, "ended_at");
    span.setEndTimeUnixNano(end == null ? 0 : nanoseconds(end));
    span.setStatusCode(statusCode(row.path("status").asText()));
    span.setStatusMessage(text(row, "status_message"));
    span.setServiceName(text(row, "service"));
    span.setScopeName(text(row, "scope_name"));
    span.setScopeVersion(text(row, "scope_version"));
    span.setResourceAttributes(attributes(row.path("resource_attributes")));
    span.setAttributes(attributes(row.path("attributes")));
    List<SpanEvent> events = new ArrayList<>();
    row.path("events")
        .forEach(
            event ->
                events.add(
                    new SpanEvent(
                        0L, event.path("name").asText(), attributes(event.path("attributes")))));
    span.setEvents(events);
    List<SpanLink> links = new ArrayList<>();
    row.path("links")
        .forEach(
            link ->
                links.add(
                    new SpanLink(
                        link.path("trace_id").asText(), link.path("span_id").asText(), Map.of())));
    span.setLinks(links);
    return span;
  }

  /** The table writes a status in lower case. */
  private static StatusCode statusCode(String status) {
    return StatusCode.valueOf(status.toUpperCase(Locale.ROOT));
  }

  /** Values are text in the table; lists among them count element by element. */
  private static Map<String, Object> attributes(JsonNode column) {
    Map<String, Object> attributes = new HashMap<>();
    column
        .properties()
        .forEach(
            entry -> {
              String text = entry.getValue().asText();
              attributes.put(entry.getKey(), text.startsWith("[") ? new JsonValue(text) : text);
            });
    return attributes;
  }

  private static Versions versions(JsonNode row) {
    Versions versions = new Versions();
    versions.setAgentName(text(row, "agent_name"));
    versions.setAgentVersion(text(row, "agent_version"));
    versions.setModel(text(row, "model"));
    versions.setResponseModel(text(row, "response_model"));
    versions.setPromptName(text(row, "prompt_name"));
    versions.setPromptVersion(text(row, "prompt_version"));
    versions.setToolSchemaVersion(text(row, "tool_schema_version"));
    versions.setMemoryIndexVersion(text(row, "memory_index_version"));
    versions.setFramework(text(row, "framework"));
    versions.setFrameworkVersion(text(row, "framework_version"));
    versions.setRelease(text(row, "release"));
    return versions;
  }

  /** An absent text is an empty one in the table. */
  private static @Nullable String text(JsonNode row, String column) {
    String text = row.path(column).asText();
    return text.isEmpty() || row.path(column).isNull() ? null : text;
  }

  private static List<String> texts(JsonNode row, String column) {
    List<String> texts = new ArrayList<>();
    row.path(column).forEach(value -> texts.add(value.asText()));
    return texts;
  }

  private static @Nullable Long number(JsonNode row, String column) {
    JsonNode value = row.path(column);
    return value.isNull() || value.isMissingNode() ? null : Long.valueOf(value.asLong());
  }

  private static @Nullable Double fraction(JsonNode row, String column) {
    JsonNode value = row.path(column);
    return value.isNull() || value.isMissingNode() ? null : Double.valueOf(value.asDouble());
  }

  private static @Nullable Boolean flag(JsonNode row, String column) {
    JsonNode value = row.path(column);
    return value.isNull() || value.isMissingNode() ? null : Boolean.valueOf(value.asBoolean());
  }

  private static Instant time(JsonNode row, String column, Instant otherwise) {
    Instant time = timeOrNull(row, column);
    return time == null ? otherwise : time;
  }

  private static @Nullable Instant timeOrNull(JsonNode row, String column) {
    String text = text(row, column);
    return text == null
        ? null
        : LocalDateTime.parse(text.replace(' ', 'T')).toInstant(ZoneOffset.UTC);
  }

  private static long nanoseconds(Instant time) {
    return time.getEpochSecond() * NANOSECONDS + time.getNano();
  }
}

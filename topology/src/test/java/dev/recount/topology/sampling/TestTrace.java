package dev.recount.topology.sampling;

import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.Phase;
import dev.recount.avro.Span;
import dev.recount.avro.SpanEvent;
import dev.recount.avro.SpanKind;
import dev.recount.avro.Status;
import dev.recount.avro.StatusCode;
import dev.recount.avro.TraceRecord;
import dev.recount.avro.Versions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A trace as tests write it down: one root span of a second, and what is added. */
final class TestTrace {
  static final String ID = "0af7651916cd43dd84bfffffffffffff";
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  final TraceRecord row = new TraceRecord();
  private final List<Span> spans = new ArrayList<>();
  private final List<DecisionRecord> decisions = new ArrayList<>();
  private final List<Evaluation> evaluations = new ArrayList<>();
  private final List<FeedbackEvent> feedback = new ArrayList<>();

  private TestTrace(String id) {
    row.setTraceId(id);
    row.setVersions(new Versions());
    row.setService("shop");
    row.setRootName("invoke_agent shop");
    row.setStatus(Status.ok);
    row.setStartedAt(START);
    row.setEndedAt(START.plusSeconds(1));
    row.setTools(List.of());
    row.setFlags(List.of());
    row.setSpanCount(1);
    row.setPhase(Phase.settled);
    row.setKeyTime(START);
  }

  static TestTrace of(String id) {
    return new TestTrace(id).span("invoke_agent shop", span -> {});
  }

  static TestTrace trace() {
    return of(ID);
  }

  /** A trace of which no span has come, only explicit decisions. */
  static TestTrace withoutSpans() {
    TestTrace trace = new TestTrace(ID);
    trace.row.setRootName(null);
    return trace;
  }

  TestTrace with(Consumer<TraceRecord> change) {
    change.accept(row);
    return this;
  }

  TestTrace lasting(long millis) {
    row.setEndedAt(START.plusMillis(millis));
    return this;
  }

  /** The first span is the root, the others are its children. */
  TestTrace span(String name, Consumer<Span> change) {
    Span span = new Span();
    span.setTraceId(row.getTraceId());
    span.setSpanId(String.format("%016x", spans.size() + 1));
    span.setParentSpanId(spans.isEmpty() ? null : String.format("%016x", 1));
    span.setName(name);
    span.setKind(SpanKind.INTERNAL);
    span.setStatusCode(StatusCode.UNSET);
    span.setStartTimeUnixNano(START.toEpochMilli() * 1_000_000);
    span.setEndTimeUnixNano(START.plusSeconds(1).toEpochMilli() * 1_000_000);
    span.setAttributes(new HashMap<>());
    span.setResourceAttributes(new HashMap<>(Map.of("service.name", "shop")));
    span.setServiceName("shop");
    span.setEvents(new ArrayList<>());
    span.setLinks(List.of());
    change.accept(span);
    spans.add(span);
    row.setSpanCount(spans.size());
    return this;
  }

  TestTrace attribute(String key, Object value) {
    return span("tool", span -> span.getAttributes().put(key, value));
  }

  TestTrace rootAttribute(String key, Object value) {
    spans.get(0).getAttributes().put(key, value);
    return this;
  }

  TestTrace event(String name, Map<String, Object> attributes) {
    return span("tool", span -> span.getEvents().add(new SpanEvent(0L, name, attributes)));
  }

  TestTrace traceState(String header) {
    spans.get(0).setTraceState(header);
    return this;
  }

  TestTrace decision(DecisionKind kind, Consumer<DecisionRecord> change) {
    DecisionRecord decision = new DecisionRecord();
    decision.setTraceId(row.getTraceId());
    decision.setDecisionId("d" + decisions.size());
    decision.setStep(decisions.size() + 1);
    decision.setKind(kind);
    decision.setVersions(new Versions());
    decision.setStartedAt(START);
    decision.setEndedAt(START.plusMillis(100));
    decision.setFlags(List.of());
    decision.setStatus(Status.ok);
    change.accept(decision);
    decisions.add(decision);
    row.setDecisionCount(decisions.size());
    return this;
  }

  TestTrace call(String tool) {
    return decision(DecisionKind.TOOL_CALL, decision -> decision.setToolName(tool));
  }

  TestTrace version(String agentVersion) {
    row.getVersions().setAgentVersion(agentVersion);
    return this;
  }

  TestTrace evaluation(Consumer<Evaluation> change) {
    Evaluation evaluation = new Evaluation();
    evaluation.setName("correctness");
    evaluation.setVersions(new Versions());
    change.accept(evaluation);
    evaluations.add(evaluation);
    return this;
  }

  TestTrace feedback(FeedbackKind kind, Consumer<FeedbackEvent> change) {
    FeedbackEvent event = new FeedbackEvent();
    event.setFeedbackId("f" + feedback.size());
    event.setKind(kind);
    event.setOccurredAt(START);
    event.setAttributes(new HashMap<>());
    change.accept(event);
    feedback.add(event);
    return this;
  }

  Evidence evidence() {
    return new Evidence(row, decisions, evaluations, feedback, spans, true);
  }

  Evidence evidenceWithoutSpans() {
    return new Evidence(row, decisions, evaluations, feedback, List.of(), false);
  }
}

package dev.recount.topology.assembly;

import dev.recount.avro.AliasAnnouncement;
import dev.recount.avro.AliasKind;
import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.SegmentKind;
import dev.recount.avro.SnapshotBoundary;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.Span;
import dev.recount.avro.SpanKind;
import dev.recount.avro.StatusCode;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.avro.TraceRecord;
import dev.recount.avro.Versions;
import dev.recount.topology.AliasKeys;
import dev.recount.topology.FeedbackKeys;
import dev.recount.topology.Hints;
import dev.recount.topology.TopologySettings;
import dev.recount.topology.convention.SpanFacts;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Telemetry by hand for one partition of the assembler. */
abstract class AssemblerTestBase {
  static final long START = TelemetryPlan.START;
  static final long RETENTION = 120_000;
  static final String T1 = TelemetryPlan.traceId(1);
  static final String T2 = TelemetryPlan.traceId(2);

  AssemblerHarness harness = with();

  static AssemblerHarness with(String... settings) {
    Map<String, String> map = new TreeMap<>();
    map.put("state.retention.ms", Long.toString(RETENTION));
    for (int i = 0; i < settings.length; i += 2) {
      map.put(settings[i], settings[i + 1]);
    }
    return new AssemblerHarness(TopologySettings.fromMap(map), START);
  }

  final void plan(TelemetryPlan plan) {
    plan.events().forEach(event -> harness.append(event.key(), event.event()));
  }

  /** A span that takes ten milliseconds. */
  final void span(String trace, int id, int parent, boolean failed, Object... attributes) {
    span(trace, id, parent, 10, failed, attributes);
  }

  final void spanOfLength(String trace, int id, int parent, int length) {
    span(trace, id, parent, length, false);
  }

  /**
   * A span that starts as many milliseconds after the start as its number says.
   *
   * @param parent number of its parent; 0 for a root
   */
  final void span(
      String trace, int id, int parent, int length, boolean failed, Object... attributes) {
    Span span = new Span();
    span.setTraceId(trace);
    span.setSpanId(TelemetryPlan.spanId(id));
    span.setParentSpanId(parent == 0 ? null : TelemetryPlan.spanId(parent));
    span.setName("span " + id);
    span.setKind(SpanKind.INTERNAL);
    span.setStartTimeUnixNano((START + id) * 1_000_000);
    span.setEndTimeUnixNano((START + id + length) * 1_000_000);
    span.setStatusCode(failed ? StatusCode.ERROR : StatusCode.UNSET);
    span.setResourceAttributes(Map.of());
    span.setEvents(List.of());
    span.setLinks(List.of());
    Map<String, Object> map = new TreeMap<>();
    for (int i = 0; i < attributes.length; i += 2) {
      map.put((String) attributes[i], attributes[i + 1]);
    }
    span.setAttributes(map);
    int hints = Hints.ENDED | (parent == 0 ? Hints.ROOT : 0) | (failed ? Hints.ERROR : 0);
    hints |= SpanFacts.of(span).decisionKind() != null ? Hints.DECISION : 0;
    event(trace, TraceEventKind.SPAN, span.getSpanId(), span.getEndTimeUnixNano(), hints, span);
  }

  final void snapshot(String trace, String id, String agent) {
    snapshot(trace, id, 5, agent);
  }

  /** A snapshot, so many milliseconds after the start. */
  final void snapshot(String trace, String id, long at, String agent) {
    ContextSegment segment = new ContextSegment();
    segment.setKind(SegmentKind.USER);
    segment.setTokenCount(42L);
    segment.setContentType("text/plain");
    ContextSnapshot snapshot = new ContextSnapshot();
    snapshot.setSnapshotId(id);
    snapshot.setTraceId(trace);
    snapshot.setCapturedAt(Instant.ofEpochMilli(START + at));
    snapshot.setBoundary(SnapshotBoundary.MODEL_CALL);
    snapshot.setTokenLimit(100L);
    snapshot.setSegments(List.of(segment));
    Versions versions = new Versions();
    versions.setAgentName(agent);
    snapshot.setVersions(versions);
    snapshot.setAttributes(Map.of());
    event(trace, TraceEventKind.SNAPSHOT, id, (START + at) * 1_000_000, 0, snapshot);
  }

  final void feedback(String id, long at, Consumer<FeedbackEvent> about) {
    FeedbackEvent feedback = new FeedbackEvent();
    feedback.setFeedbackId(id);
    feedback.setKind(FeedbackKind.ESCALATION);
    feedback.setName("quality");
    feedback.setOccurredAt(Instant.ofEpochMilli(START + at));
    feedback.setAttributes(Map.of());
    about.accept(feedback);
    event(
        FeedbackKeys.of(id),
        TraceEventKind.FEEDBACK,
        id,
        (START + at) * 1_000_000,
        Hints.ESCALATION,
        feedback);
  }

  final void announce(AliasKind kind, String value, String trace) {
    event(
        AliasKeys.of(kind, value),
        TraceEventKind.ALIAS,
        trace,
        0,
        0,
        new AliasAnnouncement(kind, value, trace, null));
  }

  final void event(
      String key, TraceEventKind kind, String id, long precedence, int hints, Object payload) {
    TraceEvent event = new TraceEvent();
    event.setKind(kind);
    event.setIdentity(id);
    event.setPrecedence(precedence);
    event.setHints(hints);
    event.setPayload(payload);
    harness.append(key, event);
  }

  final TraceRecord trace(String id) {
    return (TraceRecord) Objects.requireNonNull(harness.rows.get("trace " + id));
  }

  final FeedbackRecord feedbackRow(String id) {
    return (FeedbackRecord) Objects.requireNonNull(harness.rows.get("feedback " + id));
  }

  final SnapshotRecord snapshotRow(String id) {
    return (SnapshotRecord) Objects.requireNonNull(harness.rows.get("snapshot " + T1 + " " + id));
  }

  final void run() {
    span(T1, 1, 0, false, "gen_ai.operation.name", "invoke_agent");
  }
}

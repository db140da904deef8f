package dev.recount.topology.assembly;

import dev.recount.avro.AliasAnnouncement;
import dev.recount.avro.AliasKind;
import dev.recount.avro.Alternative;
import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.JsonValue;
import dev.recount.avro.SegmentKind;
import dev.recount.avro.SnapshotBoundary;
import dev.recount.avro.Span;
import dev.recount.avro.SpanKind;
import dev.recount.avro.SpanLogRecord;
import dev.recount.avro.StatusCode;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.avro.Versions;
import dev.recount.topology.AliasKeys;
import dev.recount.topology.FeedbackKeys;
import dev.recount.topology.Hints;
import dev.recount.topology.convention.Aliases;
import dev.recount.topology.convention.SpanFacts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/** One piece of telemetry, small enough to read in a counter-example. */
sealed interface TelemetryPlan {
  long START = 1_772_366_400_000L;

  /** The Unix epoch, the year 2100, and clocks that are an hour wrong; milliseconds after START. */
  List<Long> WILD_TIMES = List.of(-START, 4_102_444_800_000L - START, -3_600_000L, 3_600_000L);

  /** An entry of the log with its key. */
  record Keyed(String key, TraceEvent event) {}

  /** The entries of the log that the telemetry becomes. */
  List<Keyed> events();

  /** Number of the trace that it belongs to or is about. */
  int trace();

  /** The same telemetry from a clock that shows another time, milliseconds after START. */
  TelemetryPlan stamped(long time);

  /** The same telemetry in no session. */
  default TelemetryPlan withoutSession() {
    return this;
  }

  /**
   * The same telemetry from a sender that is broken: some spans have not ended, some are roots too,
   * some have a child as their parent, and some one that never comes.
   */
  static TelemetryPlan broken(TelemetryPlan plan) {
    return plan instanceof PlannedSpan span ? new BrokenSpan(span) : plan;
  }

  /** A span that {@link #broken} has changed. */
  record BrokenSpan(PlannedSpan span) implements TelemetryPlan {
    @Override
    public int trace() {
      return span.trace();
    }

    @Override
    public TelemetryPlan stamped(long time) {
      return new BrokenSpan((PlannedSpan) span.stamped(time));
    }

    @Override
    public List<Keyed> events() {
      List<Keyed> events = span.events();
      events.forEach(keyed -> spoil(keyed.event()));
      return events;
    }

    private void spoil(TraceEvent event) {
      if (!(event.getPayload() instanceof Span sent)) {
        return;
      }
      int id = span.id();
      int length = span.length();
      if (id % 3 == 0 && length % 2 == 1) {
        sent.setEndTimeUnixNano(0);
        event.setPrecedence(0);
        event.setHints(event.getHints() & ~Hints.ENDED);
      }
      if (id % 7 == 3) {
        sent.setParentSpanId(spanId(1_000 + length % 64));
        event.setHints(event.getHints() & ~Hints.ROOT);
      } else if (id % 5 == 2 && length % 3 == 1) {
        sent.setParentSpanId(null);
        event.setHints(event.getHints() | Hints.ROOT);
      } else if (id % 4 == 1 && id > 1) {
        sent.setParentSpanId(spanId(id + 1 + length % 3));
      }
    }
  }

  /** A span; the same number with another end is an edit. Span 1 is the root. */
  record PlannedSpan(
      int trace, int id, int parent, Role role, int agent, long start, int length, boolean failed)
      implements TelemetryPlan {
    @Override
    public TelemetryPlan stamped(long time) {
      return new PlannedSpan(trace, id, parent, role, agent, time, length, failed);
    }

    @Override
    public TelemetryPlan withoutSession() {
      Role alone = role == Role.AGENT ? Role.HERMIT : role;
      return new PlannedSpan(trace, id, parent, alone, agent, start, length, failed);
    }

    @Override
    public List<Keyed> events() {
      Span span = new Span();
      span.setTraceId(traceId(trace));
      span.setSpanId(spanId(id));
      span.setParentSpanId(id == 1 ? null : spanId(Math.min(parent, id)));
      span.setName(role.name());
      span.setKind(SpanKind.INTERNAL);
      span.setStartTimeUnixNano((START + start) * 1_000_000);
      span.setEndTimeUnixNano((START + start + length) * 1_000_000);
      span.setStatusCode(failed ? StatusCode.ERROR : StatusCode.UNSET);
      span.setResourceAttributes(Map.of());
      span.setEvents(List.of());
      span.setLinks(List.of());
      Map<String, Object> attributes = new TreeMap<>(role.attributes);
      if (agent > 0) {
        attributes.put("gen_ai.agent.name", "agent-" + agent);
      }
      if (role == Role.TOOL) {
        attributes.put("gen_ai.tool.call.id", "call-" + id % 5);
        attributes.put("gen_ai.tool.call.arguments", "{\"n\":" + id % 3 + "}");
      }
      if (role == Role.TALK) {
        attributes.put("gen_ai.output.messages", "[" + asking(id) + "]");
        attributes.put(
            "gen_ai.input.messages", "[" + asking(id - 1) + "," + answering(id - 1) + "]");
      }
      if (role == Role.CHAT) {
        attributes.put("gen_ai.response.id", "response-" + id % 7);
        attributes.put("recount.context.snapshot_id", "snapshot-" + id % 13);
      }
      span.setAttributes(attributes);
      int hints = Hints.ENDED | (id == 1 ? Hints.ROOT : 0) | (failed ? Hints.ERROR : 0);
      hints |= SpanFacts.of(span).decisionKind() != null ? Hints.DECISION : 0;
      List<Keyed> events = new ArrayList<>();
      events.add(
          keyed(
              traceId(trace),
              TraceEventKind.SPAN,
              spanId(id),
              span.getEndTimeUnixNano(),
              hints,
              span));
      Aliases.of(
          span, SpanFacts.of(span), alias -> announce(events, alias.kind(), alias.value(), trace));
      return events;
    }
  }

  /** A context snapshot, with or without a span. */
  record PlannedSnapshot(int trace, int id, int span, int agent, long at, int tokens)
      implements TelemetryPlan {
    @Override
    public TelemetryPlan stamped(long time) {
      return new PlannedSnapshot(trace, id, span, agent, time, tokens);
    }

    @Override
    public List<Keyed> events() {
      ContextSegment segment = new ContextSegment();
      segment.setKind(SegmentKind.MEMORY);
      segment.setSource("chunk-" + id);
      segment.setTokenCount((long) tokens);
      segment.setOriginalTokenCount(95L);
      segment.setContentType("text/plain");
      ContextSnapshot snapshot = new ContextSnapshot();
      snapshot.setSnapshotId("snapshot-" + id);
      snapshot.setTraceId(traceId(trace));
      snapshot.setSpanId(span == 0 ? null : spanId(span));
      snapshot.setCapturedAt(Instant.ofEpochMilli(START + at));
      snapshot.setBoundary(SnapshotBoundary.MODEL_CALL);
      snapshot.setTokenLimit(100L);
      snapshot.setSegments(List.of(segment));
      if (agent > 0) {
        Versions versions = new Versions();
        versions.setAgentName("agent-" + agent);
        snapshot.setVersions(versions);
      }
      snapshot.setAttributes(Map.of());
      return List.of(
          keyed(
              traceId(trace),
              TraceEventKind.SNAPSHOT,
              snapshot.getSnapshotId(),
              (START + at) * 1_000_000,
              0,
              snapshot));
    }
  }

  /** A log record that tells what a model answered. */
  record PlannedLog(int trace, int id, int span, long at) implements TelemetryPlan {
    @Override
    public TelemetryPlan stamped(long time) {
      return new PlannedLog(trace, id, span, time);
    }

    @Override
    public List<Keyed> events() {
      SpanLogRecord log = new SpanLogRecord();
      log.setTraceId(traceId(trace));
      log.setSpanId(spanId(span));
      log.setTimeUnixNano((START + at) * 1_000_000);
      log.setEventName("gen_ai.choice");
      log.setPosition(id);
      log.setBody(new JsonValue("{\"message\":" + asking(id) + "}"));
      log.setAttributes(Map.of());
      log.setResourceAttributes(Map.of());
      List<Keyed> events = new ArrayList<>();
      events.add(
          keyed(
              traceId(trace),
              TraceEventKind.LOG_RECORD,
              span + "/" + id + "/" + at,
              log.getPosition(),
              0,
              log));
      Aliases.of(log, alias -> announce(events, alias.kind(), alias.value(), trace));
      return events;
    }
  }

  /** An explicit decision, on a span, on a tool call, or on its own. */
  record PlannedDecision(
      int trace, int id, int span, int call, DecisionKind kind, long at, double confidence)
      implements TelemetryPlan {
    @Override
    public TelemetryPlan stamped(long time) {
      return new PlannedDecision(trace, id, span, call, kind, time, confidence);
    }

    @Override
    public List<Keyed> events() {
      DecisionEvent decision = new DecisionEvent();
      decision.setDecisionId("decision-" + id);
      decision.setTraceId(traceId(trace));
      decision.setSpanId(span == 0 ? null : spanId(span));
      decision.setToolCallId(call == 0 ? null : "call-" + call);
      decision.setOccurredAt(Instant.ofEpochMilli(START + at));
      decision.setKind(kind);
      decision.setChosen("option-" + id);
      decision.setConsidered(List.of(new Alternative("option-" + id, 0.5, null)));
      decision.setConstraints(List.of());
      decision.setConfidence(confidence);
      decision.setAttributes(Map.of());
      List<Keyed> events = new ArrayList<>();
      events.add(
          keyed(
              traceId(trace),
              TraceEventKind.DECISION,
              decision.getDecisionId(),
              (START + at) * 1_000_000,
              0,
              decision));
      announce(events, AliasKind.TOOL_CALL_ID, decision.getToolCallId(), trace);
      return events;
    }
  }

  /**
   * Feedback on a trace, on a span of it, on an alias, or on a session; the same number is an edit,
   * whatever it is about.
   */
  record PlannedFeedback(
      int trace, int id, About about, int target, FeedbackKind kind, long at, double score)
      implements TelemetryPlan {
    /** What the feedback names. */
    enum About {
      TRACE,
      SPAN,
      DECISION,
      RESPONSE,
      TOOL_CALL,
      SESSION
    }

    @Override
    public TelemetryPlan stamped(long time) {
      return new PlannedFeedback(trace, id, about, target, kind, time, score);
    }

    @Override
    public List<Keyed> events() {
      FeedbackEvent feedback = new FeedbackEvent();
      feedback.setFeedbackId("feedback-" + id);
      feedback.setKind(kind);
      feedback.setName("quality");
      feedback.setScore(score);
      feedback.setOccurredAt(Instant.ofEpochMilli(START + at));
      feedback.setAttributes(Map.of());
      switch (about) {
        case TRACE -> feedback.setTraceId(traceId(trace));
        case SPAN -> {
          feedback.setTraceId(traceId(trace));
          feedback.setSpanId(spanId(target));
        }
        case DECISION -> {
          feedback.setTraceId(traceId(trace));
          feedback.setDecisionId("decision-" + target);
        }
        case RESPONSE -> feedback.setResponseId("response-" + target);
        case TOOL_CALL -> feedback.setToolCallId("call-" + target);
        case SESSION -> feedback.setSessionId("session-" + target);
      }
      boolean urgent = kind == FeedbackKind.ESCALATION || kind == FeedbackKind.ROLLBACK;
      return List.of(
          keyed(
              FeedbackKeys.of(feedback.getFeedbackId()),
              TraceEventKind.FEEDBACK,
              feedback.getFeedbackId(),
              (START + at) * 1_000_000,
              urgent ? Hints.ESCALATION : 0,
              feedback));
    }
  }

  /** What a planned span does. */
  @SuppressWarnings("ImmutableEnumChecker") // made of immutable maps
  enum Role {
    AGENT(Map.of("gen_ai.operation.name", "invoke_agent", "gen_ai.conversation.id", "s-1")),
    /** An agent that is in no session. */
    HERMIT(Map.of("gen_ai.operation.name", "invoke_agent")),
    CHAT(
        Map.of(
            "gen_ai.operation.name", "chat",
            "gen_ai.request.model", "gpt-4o",
            "gen_ai.usage.input_tokens", 7L)),
    TALK(Map.of("gen_ai.operation.name", "chat", "gen_ai.request.model", "gpt-4o")),
    TOOL(Map.of("gen_ai.operation.name", "execute_tool", "gen_ai.tool.name", "inventory")),
    RETRIEVAL(Map.of("gen_ai.operation.name", "retrieval")),
    PLUMBING(Map.of("http.request.method", "GET"));

    private final Map<String, Object> attributes;

    Role(Map<String, Object> attributes) {
      this.attributes = attributes;
    }
  }

  static Arbitrary<TelemetryPlan> plans() {
    Arbitrary<Integer> trace = Arbitraries.integers().between(1, 2);
    Arbitrary<Integer> agent = Arbitraries.integers().between(0, 3);
    Arbitrary<Long> time =
        Arbitraries.frequencyOf(
            Tuple.of(60, Arbitraries.longs().between(0, 400)),
            Tuple.of(1, Arbitraries.of(WILD_TIMES)));
    Arbitrary<Integer> span = Arbitraries.integers().between(1, 30);
    Arbitrary<Integer> spanOrNone = Arbitraries.integers().between(0, 30);
    Arbitrary<TelemetryPlan> spans =
        Combinators.combine(
                trace,
                span,
                span,
                Arbitraries.of(Role.class),
                agent,
                time,
                Arbitraries.integers().between(0, 200),
                Arbitraries.of(false, false, false, true))
            .as(PlannedSpan::new);
    Arbitrary<TelemetryPlan> snapshots =
        Combinators.combine(
                trace,
                Arbitraries.integers().between(1, 10),
                spanOrNone,
                agent,
                time,
                Arbitraries.integers().between(50, 110))
            .as(PlannedSnapshot::new);
    Arbitrary<TelemetryPlan> decisions =
        Combinators.combine(
                trace,
                Arbitraries.integers().between(1, 10),
                spanOrNone,
                Arbitraries.integers().between(0, 4),
                Arbitraries.of(DecisionKind.class),
                time,
                Arbitraries.of(0.2, 0.8))
            .as(PlannedDecision::new);
    Arbitrary<TelemetryPlan> feedback =
        Combinators.combine(
                trace,
                Arbitraries.integers().between(1, 4),
                Arbitraries.of(PlannedFeedback.About.class),
                Arbitraries.integers().between(0, 6),
                Arbitraries.of(FeedbackKind.class),
                time,
                Arbitraries.of(0.0, 0.1, 0.7, 1.0))
            .as(PlannedFeedback::new);
    Arbitrary<TelemetryPlan> logs =
        Combinators.combine(trace, Arbitraries.integers().between(1, 10), span, time)
            .as(PlannedLog::new);
    return Arbitraries.oneOf(spans, spans, spans, spans, snapshots, decisions, feedback, logs);
  }

  /** Telemetry of a trace in which more goes wrong than is folded at a time. */
  static Arbitrary<TelemetryPlan> failures() {
    return Combinators.combine(
            Arbitraries.integers().between(2, 120),
            Arbitraries.of(Role.class),
            Arbitraries.longs().between(0, 400),
            Arbitraries.integers().between(0, 200))
        .as((id, role, start, length) -> new PlannedSpan(1, id, 1, role, 0, start, length, true));
  }

  /** A message that asks for the call that a tool span of that number carries out. */
  private static String asking(int id) {
    return "{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\",\"id\":\"call-"
        + id % 5
        + "\",\"name\":\"inventory\",\"arguments\":{\"n\":"
        + id % 3
        + "}}]}";
  }

  private static String answering(int id) {
    return "{\"role\":\"tool\",\"parts\":[{\"type\":\"tool_call_response\",\"id\":\"call-"
        + id % 5
        + "\",\"response\":\"Error: "
        + id
        + "\"}]}";
  }

  private static void announce(
      List<Keyed> events, AliasKind kind, @Nullable String value, int trace) {
    if (value != null) {
      events.add(
          keyed(
              AliasKeys.of(kind, value),
              TraceEventKind.ALIAS,
              traceId(trace),
              0,
              0,
              new AliasAnnouncement(kind, value, traceId(trace), null)));
    }
  }

  private static Keyed keyed(
      String key,
      TraceEventKind kind,
      String identity,
      long precedence,
      int hints,
      Object payload) {
    TraceEvent event = new TraceEvent();
    event.setKind(kind);
    event.setIdentity(identity);
    event.setPrecedence(precedence);
    event.setHints(hints);
    event.setPayload(payload);
    return new Keyed(key, event);
  }

  static String traceId(int trace) {
    return String.format("%032x", trace);
  }

  static String spanId(int id) {
    return String.format("%016x", id);
  }
}

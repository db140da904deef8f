package dev.recount.cli.demo;

import dev.recount.avro.Alternative;
import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.SnapshotBoundary;
import dev.recount.cli.demo.PlannedFeedback.Moment;
import dev.recount.cli.demo.PlannedSpan.Failure;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Writes down the telemetry of a run, step by step, as an instrumented agent would give it off. */
final class RunRecorder {
  private final SplittableRandom random;
  private final Profile profile;
  private final String traceId;
  private final String rootSpanId;
  private final String sessionId;
  private final String userId;
  private final Instant start;
  private final Conversation conversation;
  private final List<PlannedSpan> spans = new ArrayList<>();
  private final List<ContextSnapshot> snapshots = new ArrayList<>();
  private final List<DecisionEvent> decisions = new ArrayList<>();
  private final List<Pending> feedback = new ArrayList<>();
  private Instant now;
  private double confidence = 0.9;
  private int calls;

  /** Feedback whose time counts from the end of the run. */
  private record Pending(Moment moment, Duration afterEnd, FeedbackEvent.Builder event) {}

  RunRecorder(SplittableRandom random, Profile profile, String request, Instant start) {
    this.random = random;
    this.profile = profile;
    this.traceId = hexadecimal(random) + hexadecimal(random);
    this.rootSpanId = hexadecimal(random);
    this.sessionId = "session-" + (1000 + random.nextInt(9000));
    this.userId = "user-" + (100 + random.nextInt(400));
    this.start = start;
    this.conversation = new Conversation(profile, traceId, request);
    this.now = start.plusMillis(5);
  }

  private static String hexadecimal(SplittableRandom random) {
    // The lowest bit keeps it from being all zero, which no ID may be.
    return String.format(Locale.ROOT, "%016x", random.nextLong() | 1);
  }

  /** A planning step. */
  void plan(String goal) {
    PlannedSpan span = span("plan", SpanKind.INTERNAL, 40, operation("plan"), /* failure= */ null);
    decisions.add(
        decision(span, DecisionKind.PLAN, "plan")
            .setChosen(String.join(" → ", profile.tools().subList(0, 2)))
            .setRationale(goal)
            .setConfidence(confidence)
            .build());
  }

  /** A retrieval step. */
  void retrieve(String query, int chunks) {
    span(
        "retrieval " + profile.memoryIndexVersion(),
        SpanKind.CLIENT,
        80,
        operation("retrieval")
            .put("gen_ai.data_source.id", profile.memoryIndexVersion())
            .put("gen_ai.retrieval.query.text", query)
            .put("recount.memory_index.version", profile.memoryIndexVersion())
            .put("gen_ai.retrieval.documents", documents(chunks)),
        null);
    conversation.retrieve(chunks);
  }

  /** Retrieved documents, as the retrieval conventions write them. */
  private String documents(int chunks) {
    List<String> documents = new ArrayList<>();
    for (int i = 1; i <= chunks; i++) {
      documents.add(
          String.format(
              Locale.ROOT,
              "{\"id\":\"%s\",\"score\":%.2f}",
              Conversation.chunkId(profile, i),
              Conversation.chunkScore(i)));
    }
    return "[" + String.join(",", documents) + "]";
  }

  /**
   * A model call that ends in a tool call.
   *
   * @param utilization share of the context window that is taken up; over 1 when too much
   * @param sure how sure the agent is of its next choice
   */
  void think(double utilization, double sure) {
    confidence = Math.max(0.05, Math.round(sure * 100) / 100.0);
    modelCall(utilization, 60 + random.nextInt(80), "tool_calls", SnapshotBoundary.MODEL_CALL);
  }

  /** The final answer. */
  void answer(double utilization) {
    modelCall(utilization, 150 + random.nextInt(300), "stop", SnapshotBoundary.RESPONSE);
  }

  private void modelCall(
      double utilization, int outputTokens, String finish, SnapshotBoundary boundary) {
    List<ContextSegment> segments = conversation.window(utilization);
    long tokens = segments.stream().mapToLong(ContextSegment::getTokenCount).sum();
    String snapshotId = "window-" + (snapshots.size() + 1);
    PlannedSpan span =
        span(
            "chat " + profile.model(),
            SpanKind.CLIENT,
            900,
            operation("chat")
                .put("gen_ai.provider.name", "openai")
                .put("gen_ai.request.model", profile.model())
                .put("gen_ai.response.model", profile.model() + "-2026-08-06")
                .put("gen_ai.response.id", "resp-" + traceId.substring(0, 12) + "-" + spans.size())
                .put("gen_ai.response.finish_reasons", new String[] {finish})
                .put("gen_ai.usage.input_tokens", Math.min(tokens, profile.contextLimit()))
                .put("gen_ai.usage.output_tokens", outputTokens)
                .put("recount.tool_schema.version", profile.toolSchemaVersion())
                .put("recount.context.snapshot_id", snapshotId),
            null);
    snapshots.add(
        ContextSnapshot.newBuilder()
            .setSnapshotId(snapshotId)
            .setTraceId(traceId)
            .setSpanId(span.spanId())
            .setCapturedAt(span.start())
            .setBoundary(boundary)
            .setTokenCount(tokens)
            .setTokenLimit(profile.contextLimit())
            .setSegments(segments)
            .build());
  }

  /** A tool call, with the agent's reasons for it. */
  void call(String tool, String arguments, String result, @Nullable Failure failure) {
    AttributesBuilder attributes =
        operation("execute_tool")
            .put("gen_ai.tool.name", tool)
            .put("gen_ai.tool.type", "function")
            .put("gen_ai.tool.call.id", "call-" + ++calls)
            .put("gen_ai.tool.call.arguments", arguments);
    if (failure == null) {
      attributes.put("gen_ai.tool.call.result", result);
    }
    PlannedSpan span = span("execute_tool " + tool, SpanKind.INTERNAL, 180, attributes, failure);
    decisions.add(
        decision(span, DecisionKind.TOOL_CALL, tool)
            .setChosen(tool)
            .setConsidered(considered(tool))
            .setRationale("The answer needs what " + tool + " knows")
            .setConfidence(confidence)
            .setConstraints(List.of("at most 12 calls per request"))
            .setExpectedOutcome("a result without an error")
            .setToolName(tool)
            .setToolCallId("call-" + calls)
            .setToolArguments(arguments)
            .setSnapshotId(snapshots.isEmpty() ? null : "window-" + snapshots.size())
            .build());
    conversation.call(
        tool, arguments, failure == null ? result : failure.type() + ": " + failure.message());
  }

  /** Hands over to a person. */
  void handOver(String reason) {
    call("transfer_to_human", "{\"reason\":\"" + reason + "\"}", "{\"queued\":true}", null);
  }

  /** Feedback on the run; on its last decision where it is about an escalation. */
  void feedback(Moment moment, Duration afterEnd, FeedbackEvent.Builder event) {
    feedback.add(new Pending(moment, afterEnd, event));
  }

  /** Ends the root span. */
  Run finish(Scenario scenario, @Nullable Failure failure) {
    Instant end = now.plusMillis(5);
    AttributesBuilder attributes =
        operation("invoke_agent")
            .put("gen_ai.provider.name", "openai")
            .put("gen_ai.prompt.name", profile.promptName())
            .put("gen_ai.prompt.version", profile.promptVersion())
            .put("user.id", userId);
    if (failure != null) {
      attributes.put("error.type", failure.type());
    }
    spans.add(
        new PlannedSpan(
            rootSpanId,
            null,
            "invoke_agent " + profile.agent(),
            SpanKind.SERVER,
            start,
            end,
            attributes.build(),
            failure));
    List<PlannedFeedback> judgements = new ArrayList<>();
    for (Pending pending : feedback) {
      judgements.add(
          new PlannedFeedback(
              pending.moment(),
              pending
                  .event()
                  .setFeedbackId("feedback-" + traceId.substring(0, 16) + "-" + judgements.size())
                  .setTraceId(traceId)
                  .setOccurredAt(end.plus(pending.afterEnd()))
                  .build()));
    }
    return new Run(traceId, profile, scenario, spans, snapshots, decisions, judgements);
  }

  private List<Alternative> considered(String chosen) {
    List<Alternative> alternatives = new ArrayList<>();
    Set<String> options = new LinkedHashSet<>(profile.tools());
    options.add(chosen); // handing over is always possible, and not a tool of every agent
    for (String tool : options) {
      boolean taken = tool.equals(chosen);
      alternatives.add(
          Alternative.newBuilder()
              .setName(tool)
              .setScore(taken ? confidence : Math.round((1 - confidence) * 50) / 100.0)
              .setRejectedBecause(taken ? null : "does not bear on this step")
              .build());
    }
    return alternatives;
  }

  private DecisionEvent.Builder decision(PlannedSpan span, DecisionKind kind, String name) {
    return DecisionEvent.newBuilder()
        .setDecisionId("decision-" + (decisions.size() + 1))
        .setTraceId(traceId)
        .setSpanId(span.spanId())
        .setOccurredAt(span.start())
        .setKind(kind)
        .setName(name);
  }

  private AttributesBuilder operation(String name) {
    return Attributes.builder()
        .put("gen_ai.operation.name", name)
        .put("gen_ai.agent.name", profile.agent())
        .put("gen_ai.agent.version", profile.version())
        .put("gen_ai.conversation.id", sessionId);
  }

  private PlannedSpan span(
      String name,
      SpanKind kind,
      long medianMillis,
      AttributesBuilder attributes,
      @Nullable Failure failure) {
    Instant began = now;
    Instant ended = began.plus(RunScript.duration(random, medianMillis));
    if (failure != null) {
      attributes.put("error.type", failure.type());
    }
    PlannedSpan span =
        new PlannedSpan(
            hexadecimal(random), rootSpanId, name, kind, began, ended, attributes.build(), failure);
    spans.add(span);
    now = ended.plusMillis(1 + random.nextInt(20));
    return span;
  }
}

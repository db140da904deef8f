package dev.recount.connectors.importing;

import dev.recount.avro.Alternative;
import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.SegmentKind;
import dev.recount.avro.SnapshotBoundary;
import dev.recount.connectors.importing.RunTimeline.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a run says besides its spans: what the model saw, what it chose, how it ended. */
final class RunEvents {
  private static final int SESSION_DIGITS = 8;

  private final String traceId;
  private final RecordedRun run;
  private final RunMessages messages;
  private final String promptVersion;
  private final RunContext context;
  private final ImportOptions.Identity identity;

  RunEvents(
      String traceId,
      RecordedRun run,
      RunMessages messages,
      String promptVersion,
      RunContext context) {
    this.traceId = traceId;
    this.run = run;
    this.messages = messages;
    this.promptVersion = promptVersion;
    this.context = context;
    this.identity = context.options().identity();
  }

  static String snapshotId(String traceId, int number) {
    return RunIds.id(traceId, "snapshot", number);
  }

  /**
   * A session of its own for every run: two trials of a task have nothing to do with each other.
   */
  static String sessionId(RecordedRun run, String traceId) {
    return run.label() + "-" + traceId.substring(0, SESSION_DIGITS);
  }

  /** What the model saw when it wrote the answer of a step. */
  ContextSnapshot snapshot(int number, Step step) {
    List<ContextSegment> segments = new ArrayList<>(step.message());
    List<RecordedMessage> seen = messages.before(step.message());
    for (int i = 0; i < seen.size(); i++) {
      RecordedMessage message = seen.get(i);
      segments.add(
          ContextSegment.newBuilder()
              .setKind(kind(message.role()))
              .setSource(message.toolCallId())
              .setTokenCount(messages.tokens(i))
              .setContent(message.json())
              .setContentType("application/json")
              .build());
    }
    return ContextSnapshot.newBuilder()
        .setSnapshotId(snapshotId(traceId, number))
        .setTraceId(traceId)
        .setSpanId(RunIds.spanId(traceId, "chat", number))
        .setCapturedAt(step.start())
        .setBoundary(step.toolCalls() > 0 ? SnapshotBoundary.TOOL_CALL : SnapshotBoundary.RESPONSE)
        .setTokenCount(messages.tokensBefore(step.message()))
        .setTokenLimit(identity.tokenLimit())
        .setSegments(segments)
        .setVersions(context.versions(promptVersion))
        .build();
  }

  private static SegmentKind kind(RecordedMessage.Role role) {
    return switch (role) {
      case SYSTEM -> SegmentKind.SYSTEM;
      case USER -> SegmentKind.USER;
      case ASSISTANT -> SegmentKind.ASSISTANT;
      case TOOL -> SegmentKind.TOOL_RESULT;
    };
  }

  /** The choice of a tool, among all tools of the file. */
  DecisionEvent decision(int callNumber, int stepNumber, Step step, RecordedToolCall call) {
    return DecisionEvent.newBuilder()
        .setDecisionId(RunIds.id(traceId, "decision", callNumber))
        .setTraceId(traceId)
        .setSpanId(RunSpans.toolSpanId(traceId, callNumber))
        .setOccurredAt(step.end())
        .setKind(DecisionKind.TOOL_CALL)
        .setName(call.name())
        .setChosen(call.name())
        .setConsidered(
            context.tools().stream()
                .map(tool -> Alternative.newBuilder().setName(tool).build())
                .toList())
        .setRationale(rationale(messages.get(step.message())))
        .setToolCallId(call.id())
        .setToolName(call.name())
        .setToolArguments(call.arguments())
        .setSnapshotId(context.options().snapshots() ? snapshotId(traceId, stepNumber) : null)
        .setVersions(context.versions(promptVersion))
        .build();
  }

  private static @Nullable String rationale(RecordedMessage answer) {
    return answer.text().isBlank() ? null : answer.text();
  }

  /** Whether the task was solved. */
  FeedbackEvent outcome(double reward, Instant at) {
    boolean success = reward == 1;
    return feedback("outcome", 0, FeedbackKind.OUTCOME, at)
        .setName("reward")
        .setScore(reward)
        .setPassed(success)
        .setLabel(success ? "success" : "failure")
        .build();
  }

  /** A call that handed over to a human. */
  FeedbackEvent escalation(int number, int callNumber, RecordedToolCall call, Instant at) {
    return feedback("escalation", number, FeedbackKind.ESCALATION, at)
        .setName(call.name())
        .setSpanId(RunSpans.toolSpanId(traceId, callNumber))
        .setAttributes(Map.of("arguments", call.arguments()))
        .build();
  }

  private FeedbackEvent.Builder feedback(String what, int number, FeedbackKind kind, Instant at) {
    return FeedbackEvent.newBuilder()
        .setFeedbackId(RunIds.id(traceId, what, number))
        .setKind(kind)
        .setSource(context.format().name())
        .setOccurredAt(at)
        .setTraceId(traceId)
        .setModel(identity.model());
  }
}

package dev.recount.connectors.importing;

import dev.recount.connectors.importing.RecordedMessage.Role;
import dev.recount.connectors.importing.RunTimeline.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one run becomes: a list of items, each made only when it is sent, since every
 * model call repeats the conversation so far.
 */
final class RunPlan {
  private final RecordedRun run;
  private final ImportOptions options;
  private final RunFormat format;
  private final RunSpans spans;
  private final RunEvents events;
  private final RunTimeline timeline;
  private final String traceId;
  private final List<Consumer<ItemSink>> items = new ArrayList<>();
  private int escalations;
  private int toolErrors;

  RunPlan(RecordedRun run, Instant start, RunContext context) {
    this.run = run;
    this.options = context.options();
    this.format = context.format();
    this.timeline = RunTimeline.of(run, start);
    this.traceId = RunIds.traceId(run);
    RunMessages messages = new RunMessages(run.messages(), context.tokens());
    String promptVersion = RunIds.version(messages.instructions());
    this.spans = new RunSpans(traceId, run, messages, promptVersion, context);
    this.events = new RunEvents(traceId, run, messages, promptVersion, context);
    plan();
  }

  private void plan() {
    int calls = 0;
    for (int i = 0; i < timeline.steps().size(); i++) {
      int number = i;
      Step step = timeline.steps().get(i);
      items.add(sink -> sink.span(spans.chat(number, step)));
      if (options.snapshots()) {
        items.add(sink -> sink.snapshot(events.snapshot(number, step)));
      }
      for (int call = 0; call < step.toolCalls(); call++) {
        planCall(step, call, number, calls);
        calls++;
      }
    }
    items.add(sink -> sink.span(spans.root(timeline)));
    Double reward = run.reward();
    if (reward != null) {
      items.add(sink -> sink.feedback(events.outcome(reward, timeline.end())));
    }
  }

  private void planCall(Step step, int call, int stepNumber, int callNumber) {
    RecordedToolCall recorded = run.messages().get(step.message()).toolCalls().get(call);
    String result = result(step.message(), call);
    boolean error = result != null && format.isError(result);
    toolErrors += error ? 1 : 0;
    items.add(sink -> sink.span(spans.toolCall(callNumber, step, call, recorded, result, error)));
    if (options.decisions()) {
      items.add(sink -> sink.decision(events.decision(callNumber, stepNumber, step, recorded)));
    }
    if (format.isEscalation(recorded.name())) {
      int escalation = escalations++;
      items.add(
          sink ->
              sink.feedback(
                  events.escalation(escalation, callNumber, recorded, step.toolEnd(call))));
    }
  }

  /** What the tool answered, looked for up to the model's next turn; null when it never did. */
  private @Nullable String result(int message, int call) {
    List<RecordedMessage> messages = run.messages();
    List<RecordedToolCall> calls = messages.get(message).toolCalls();
    String id = calls.get(call).id();
    // Call IDs may repeat among the calls of one message: then results are in the same order.
    int sameBefore = (int) calls.subList(0, call).stream().filter(c -> c.id().equals(id)).count();
    for (int i = message + 1; i < messages.size(); i++) {
      RecordedMessage next = messages.get(i);
      if (next.role() == Role.ASSISTANT) {
        return null;
      }
      if (next.role() == Role.TOOL && id.equals(next.toolCallId()) && sameBefore-- == 0) {
        return next.text();
      }
    }
    return null;
  }

  String traceId() {
    return traceId;
  }

  List<Consumer<ItemSink>> items() {
    return items;
  }

  boolean succeeded() {
    return Double.valueOf(1).equals(run.reward());
  }

  int escalations() {
    return escalations;
  }

  int toolErrors() {
    return toolErrors;
  }
}

package dev.recount.connectors.importing;

import dev.recount.connectors.importing.RecordedMessage.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * When what happened in a run. Recordings carry no times, so every step takes a fixed one, and the
 * same run always has the same timeline.
 *
 * @param steps one per message of the assistant, in order
 */
record RunTimeline(Instant start, List<Step> steps, Instant end) {
  private static final Duration USER_TURN = Duration.ofSeconds(3);
  private static final Duration CHAT = Duration.ofMillis(800);
  private static final Duration TOOL_CALL = Duration.ofMillis(150);

  /** From the start of one run to the start of the next. */
  private static final Duration STRIDE = Duration.ofSeconds(30);

  /**
   * One model call and the tool calls that it led to, one after the other.
   *
   * @param message index of the assistant's message in the run
   */
  record Step(int message, Instant start, Instant end, int toolCalls) {
    Instant toolStart(int call) {
      return end.plus(TOOL_CALL.multipliedBy(call));
    }

    Instant toolEnd(int call) {
      return toolStart(call + 1);
    }
  }

  static RunTimeline of(RecordedRun run, Instant start) {
    List<Step> steps = new ArrayList<>();
    Instant now = start;
    for (int i = 0; i < run.messages().size(); i++) {
      RecordedMessage message = run.messages().get(i);
      if (message.role() == Role.USER) {
        now = now.plus(USER_TURN);
      } else if (message.role() == Role.ASSISTANT) {
        Step step = new Step(i, now, now.plus(CHAT), message.toolCalls().size());
        steps.add(step);
        now = step.toolStart(message.toolCalls().size());
      }
    }
    return new RunTimeline(start, List.copyOf(steps), now);
  }

  /** Start of a run by its index in the file. */
  static Instant startOf(Instant firstStart, int run) {
    return firstStart.plus(STRIDE.multipliedBy(run));
  }
}

package dev.recount.topology.fold;

import dev.recount.avro.DecisionKind;
import dev.recount.topology.context.WindowChange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Flags on decisions and traces. They compare parts of the trace with each other or with fixed
 * bounds, never with the time of arrival.
 */
final class Warnings {
  /** The step failed. */
  static final String ERROR = "error";

  /** The same tool was called with the same arguments for the third time or more. */
  static final String TOOL_LOOP = "tool_loop";

  /** Something in the context window had been cut. */
  static final String CONTEXT_TRUNCATED = "context_truncated";

  /**
   * Part of the conversation had fallen out of the context window, with no summary in its place.
   */
  static final String CONTEXT_EVICTED = "context_evicted";

  /** An instruction that the model had before was no longer in its context window. */
  static final String INSTRUCTION_LOST = "instruction_lost";

  /** The context window was at least nine tenths full. */
  static final String CONTEXT_PRESSURE = "context_pressure";

  /** The agent was less than half sure. */
  static final String LOW_CONFIDENCE = "low_confidence";

  /** A span starts before its parent does. */
  static final String CLOCK_SKEW = "clock_skew";

  /** A time lies before the year 2000 or after 2099. */
  static final String IMPLAUSIBLE_TIME = "implausible_time";

  /** No span without a parent arrived. */
  static final String ROOT_MISSING = "root_missing";

  /** The parent of a span did not arrive. */
  static final String PARENT_MISSING = "parent_missing";

  /** The trace has more spans than are folded into decisions. */
  static final String SPAN_CAP = "span_cap";

  private static final int LOOP_LENGTH = 3;
  private static final double PRESSURE = 0.9;
  private static final double UNSURE = 0.5;
  private static final long YEAR_2000 = 946_684_800_000_000_000L;
  private static final long YEAR_2100 = 4_102_444_800_000_000_000L;

  private Warnings() {}

  private record Call(String agent, String tool, String arguments) {}

  static boolean unsure(@Nullable Double confidence) {
    return confidence != null && confidence < UNSURE;
  }

  /** Flags the decisions, which are in order of their steps. */
  static void flag(List<DecisionDraft> inOrder) {
    Map<Call, Integer> calls = new HashMap<>();
    for (DecisionDraft draft : inOrder) {
      if (draft.failed()) {
        draft.flag(ERROR);
      }
      // Agents that hand over to each other in turn are a loop as well.
      boolean call = draft.kind == DecisionKind.TOOL_CALL || draft.kind == DecisionKind.HANDOFF;
      if (call && draft.toolName != null) {
        String arguments = draft.toolArguments == null ? "" : draft.toolArguments;
        int repeated =
            calls.merge(new Call(draft.agent(), draft.toolName, arguments), 1, Integer::sum);
        if (repeated >= LOOP_LENGTH) {
          draft.flag(TOOL_LOOP);
        }
      }
      if (unsure(draft.confidence)) {
        draft.flag(LOW_CONFIDENCE);
      }
      if (ContextWindow.truncated(draft)) {
        draft.flag(CONTEXT_TRUNCATED);
      }
      WindowChange change = draft.windowChange;
      if (change != null && change.evictedSegments() > 0 && !change.compacted()) {
        draft.flag(CONTEXT_EVICTED);
      }
      if (change != null && !change.lostInstructions().isEmpty()) {
        draft.flag(INSTRUCTION_LOST);
      }
      Double utilization = ContextWindow.utilization(draft);
      if (utilization != null && utilization >= PRESSURE) {
        draft.flag(CONTEXT_PRESSURE);
      }
      if (draft.node != null) {
        flagTimes(draft.node, draft::flag);
      } else if (implausible(draft.start)) {
        draft.flag(IMPLAUSIBLE_TIME);
      }
    }
  }

  /** Flags of the trace: those of its decisions, and those of its shape. */
  static SortedSet<String> ofTrace(
      SpanTree tree, List<DecisionDraft> decisions, boolean capReached) {
    SortedSet<String> flags = new TreeSet<>();
    for (DecisionDraft decision : decisions) {
      flags.addAll(decision.flags());
    }
    for (SpanNode node : tree.nodes()) {
      flagTimes(node, flags::add);
      if (node.orphan) {
        flags.add(PARENT_MISSING);
      }
    }
    if (tree.root() == null && !tree.nodes().isEmpty()) {
      flags.add(ROOT_MISSING);
    }
    if (capReached) {
      flags.add(SPAN_CAP);
    }
    return flags;
  }

  private static void flagTimes(SpanNode node, Consumer<String> flag) {
    if (implausible(node.start()) || implausible(node.end())) {
      flag.accept(IMPLAUSIBLE_TIME);
    }
    if (node.parent != null && node.start() < node.parent.start()) {
      flag.accept(CLOCK_SKEW);
    }
  }

  private static boolean implausible(long unixNano) {
    return unixNano < YEAR_2000 || unixNano >= YEAR_2100;
  }
}

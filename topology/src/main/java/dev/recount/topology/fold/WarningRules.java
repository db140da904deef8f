package dev.recount.topology.fold;

import dev.recount.avro.DecisionKind;
import dev.recount.topology.context.WindowChange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Flags on decisions and traces. They compare parts of the trace with each other or with fixed
 * bounds, never with the time of arrival.
 */
final class WarningRules {
  private static final int LOOP_LENGTH = 3;
  private static final double PRESSURE = 0.9;
  private static final double UNSURE = 0.5;
  private static final long YEAR_2000 = 946_684_800_000_000_000L;
  private static final long YEAR_2100 = 4_102_444_800_000_000_000L;

  private WarningRules() {}

  private record Call(String agent, String tool, String arguments) {}

  static boolean unsure(@Nullable Double confidence) {
    return confidence != null && confidence < UNSURE;
  }

  /** Flags the decisions, which are in order of their steps. */
  static void flag(List<DecisionDraft> inOrder) {
    Map<Call, Integer> calls = new HashMap<>();
    for (DecisionDraft draft : inOrder) {
      if (draft.failed()) {
        draft.flag(Warning.ERROR);
      }
      // Agents that hand over to each other in turn are a loop as well.
      boolean call = draft.kind == DecisionKind.TOOL_CALL || draft.kind == DecisionKind.HANDOFF;
      if (call && draft.toolName != null) {
        String arguments = draft.toolArguments == null ? "" : draft.toolArguments;
        int repeated =
            calls.merge(new Call(draft.agent(), draft.toolName, arguments), 1, Integer::sum);
        if (repeated >= LOOP_LENGTH) {
          draft.flag(Warning.TOOL_LOOP);
        }
      }
      if (unsure(draft.confidence)) {
        draft.flag(Warning.LOW_CONFIDENCE);
      }
      SnapshotNode snapshot = draft.snapshot;
      if (snapshot != null) {
        draft.warnings |= ofWindow(snapshot);
      }
      Double utilization = ContextWindow.utilization(draft);
      if (utilization != null && utilization >= PRESSURE) {
        draft.flag(Warning.CONTEXT_PRESSURE);
      }
      if (draft.node != null) {
        draft.warnings |= ofTimes(draft.node);
      } else if (implausible(draft.start)) {
        draft.flag(Warning.IMPLAUSIBLE_TIME);
      }
    }
  }

  private static int ofWindow(SnapshotNode snapshot) {
    int warnings = snapshot.truncated ? Warning.CONTEXT_TRUNCATED.bit() : Warning.NONE;
    WindowChange change = snapshot.change;
    if (change.evictedSegments() > 0 && !change.compacted()) {
      warnings |= Warning.CONTEXT_EVICTED.bit();
    }
    if (!change.lostInstructions().isEmpty()) {
      warnings |= Warning.INSTRUCTION_LOST.bit();
    }
    return warnings;
  }

  /** Flags of a span by itself: of its times, and of its place in the tree. */
  static int ofSpan(SpanNode node) {
    return ofTimes(node) | (node.orphan ? Warning.PARENT_MISSING.bit() : Warning.NONE);
  }

  private static int ofTimes(SpanNode node) {
    int warnings = Warning.NONE;
    if (implausible(node.start()) || implausible(node.end())) {
      warnings |= Warning.IMPLAUSIBLE_TIME.bit();
    }
    if (node.parent != null && node.start() < node.parent.start()) {
      warnings |= Warning.CLOCK_SKEW.bit();
    }
    return warnings;
  }

  static boolean implausible(long unixNano) {
    return unixNano < YEAR_2000 || unixNano >= YEAR_2100;
  }
}

package dev.recount.topology.fold;

import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.topology.convention.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the span or the tool call that an explicit decision is about. */
final class EventMatcher {
  private final SpanTree tree;
  private final ToolCalls calls;
  private final Map<String, List<ToolCall>> callsById = new HashMap<>();

  /**
   * @param inOrder the calls, in the order in which they were asked
   */
  EventMatcher(SpanTree tree, ToolCalls calls, List<ToolCall> inOrder) {
    this.tree = tree;
    this.calls = calls;
    for (ToolCall call : inOrder) {
      if (call.id != null) {
        callsById.computeIfAbsent(call.id, id -> new ArrayList<>()).add(call);
      }
    }
  }

  /**
   * What the decision is about: the span that it names, or the tool call there, if that can be the
   * same decision; for a tool call else the one with its ID. Null when there is none.
   */
  @Nullable Object toldBy(DecisionEvent event) {
    SpanNode named = tree.byId(event.getSpanId());
    boolean handoff = event.getKind() == DecisionKind.HANDOFF;
    boolean tool = event.getKind() == DecisionKind.TOOL_CALL || handoff;
    if (named != null) {
      ToolCall call = calls.of(named);
      if (call != null && tool && (!handoff || handsOver(call))) {
        return call;
      }
      if (call == null && (named.ownDecision() == null || named.ownDecision() == event.getKind())) {
        // A model call that asks for a tool is named by those who know of no span of the tool's.
        ToolCall asked = tool && event.getToolCallId() != null ? callOf(event) : null;
        return asked != null ? asked : named;
      }
    }
    return tool && event.getToolCallId() != null ? callOf(event) : null;
  }

  private @Nullable ToolCall callOf(DecisionEvent event) {
    String arguments =
        event.getToolArguments() == null ? null : Json.canonical(event.getToolArguments());
    List<ToolCall> candidates =
        callsById.getOrDefault(event.getToolCallId(), List.of()).stream()
            .filter(call -> agrees(event.getToolName(), call.name))
            .filter(call -> agrees(arguments, call.arguments))
            .filter(call -> event.getKind() != DecisionKind.HANDOFF || handsOver(call))
            .toList();
    if (candidates.isEmpty()) {
      return null;
    }
    // IDs repeat: of several calls that agree, the first that starts after the decision was made.
    long decided = Times.nanoseconds(event.getOccurredAt());
    for (ToolCall candidate : candidates) {
      if (started(candidate) >= decided) {
        return candidate;
      }
    }
    return candidates.get(candidates.size() - 1);
  }

  private static long started(ToolCall call) {
    return call.span != null ? call.span.start() : call.origin().end();
  }

  /** Whether a call may be a handoff: any tool may be named like one. */
  private static boolean handsOver(ToolCall call) {
    return call.handsOverTo() != null || (call.span != null && call.span.facts.handedTo() != null);
  }

  private static boolean agrees(@Nullable String one, @Nullable String other) {
    return one == null || other == null || one.equals(other);
  }
}

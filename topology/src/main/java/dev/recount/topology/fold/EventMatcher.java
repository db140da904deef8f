package dev.recount.topology.fold;

import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.topology.convention.Fact;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the span that an explicit decision is about. */
final class EventMatcher {
  private final SpanTree tree;
  private final Map<String, List<SpanNode>> toolSpansByCallId = new HashMap<>();

  EventMatcher(SpanTree tree, List<SpanNode> deciding) {
    this.tree = tree;
    for (SpanNode node : deciding) {
      String callId = node.own(Fact.TOOL_CALL_ID);
      if (node.kind == DecisionKind.TOOL_CALL && callId != null) {
        toolSpansByCallId.computeIfAbsent(callId, id -> new ArrayList<>()).add(node);
      }
    }
  }

  /**
   * The span of the decision: the one that it names, if that can be the same decision; for a tool
   * call else the one that carries out the call. Null when there is none.
   */
  @Nullable SpanNode spanOf(DecisionEvent event) {
    SpanNode named = tree.byId(event.getSpanId());
    if (named != null && (named.ownDecision() == null || named.ownDecision() == event.getKind())) {
      return named;
    }
    if (event.getKind() == DecisionKind.TOOL_CALL && event.getToolCallId() != null) {
      return toolSpanOf(event);
    }
    return null;
  }

  private @Nullable SpanNode toolSpanOf(DecisionEvent event) {
    List<SpanNode> candidates =
        toolSpansByCallId.getOrDefault(event.getToolCallId(), List.of()).stream()
            .filter(node -> agrees(event.getToolName(), node.own(Fact.TOOL_NAME)))
            .filter(
                node ->
                    event.getToolArguments() == null
                        || node.own(Fact.TOOL_ARGUMENTS) == null
                        || Identities.canonicalJson(event.getToolArguments())
                            .equals(Identities.canonicalJson(node.own(Fact.TOOL_ARGUMENTS))))
            .toList();
    if (candidates.isEmpty()) {
      return null;
    }
    // IDs repeat: of several calls that agree, the first that starts after the decision was made.
    long decided = Times.nanoseconds(event.getOccurredAt());
    for (SpanNode candidate : candidates) {
      if (candidate.start() >= decided) {
        return candidate;
      }
    }
    return candidates.get(candidates.size() - 1);
  }

  private static boolean agrees(@Nullable String one, @Nullable String other) {
    return one == null || other == null || one.equals(other);
  }
}

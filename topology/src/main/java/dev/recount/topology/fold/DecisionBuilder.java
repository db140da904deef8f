package dev.recount.topology.fold;

import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.topology.Interpretation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Finds the decisions of a trace: in its spans, in the messages of its model calls, and in what the
 * agent itself said of them. Where several speak of the same decision the explicit word wins, then
 * the span's.
 */
final class DecisionBuilder {
  static final Comparator<DecisionEvent> BY_OCCURRENCE =
      Comparator.comparing(DecisionEvent::getOccurredAt)
          .thenComparing(DecisionEvent::getDecisionId);

  private final SpanTree tree;
  private final Conversations conversations;
  private final DecisionDrafts drafts;

  private DecisionBuilder(SpanTree tree, Conversations conversations, DecisionDrafts drafts) {
    this.tree = tree;
    this.conversations = conversations;
    this.drafts = drafts;
  }

  /** The decisions, in no particular order, without snapshots or feedback. */
  static List<DecisionDraft> build(
      String traceId,
      SpanTree tree,
      Conversations conversations,
      Collection<DecisionEvent> events,
      Interpretation interpretation) {
    DecisionDrafts drafts = new DecisionDrafts(traceId, tree, conversations, interpretation);
    return new DecisionBuilder(tree, conversations, drafts).build(events);
  }

  private List<DecisionDraft> build(Collection<DecisionEvent> events) {
    List<ToolCall> calls = conversations.calls().inOrder();
    EventMatcher matcher = new EventMatcher(tree, conversations.calls(), calls);
    Map<Object, DecisionEvent> eventOf = new HashMap<>();
    List<DecisionEvent> alone = new ArrayList<>();
    for (DecisionEvent event : events.stream().sorted(BY_OCCURRENCE).toList()) {
      Object told = matcher.toldBy(event);
      if (told == null || eventOf.putIfAbsent(told, event) != null) {
        alone.add(event);
      }
    }
    List<DecisionDraft> built = new ArrayList<>(calls.size() + alone.size());
    for (SpanNode node : tree.nodes()) {
      DecisionKind kind = node.ownDecision();
      if (kind != null
          && kind != DecisionKind.TOOL_CALL
          && conversations.calls().of(node) == null) {
        built.add(drafts.ofSpan(node, eventOf.get(node)));
      } else if (kind == null && eventOf.get(node) != null) {
        // An explicit decision on a span that is none by itself, such as a plan within an agent's.
        built.add(drafts.ofEvent(Objects.requireNonNull(eventOf.get(node)), node));
      }
    }
    for (SpanNode thinking : conversations.thoughts()) {
      DecisionDraft modelCall = drafts.madeOf(thinking);
      if (modelCall != null && modelCall.kind == DecisionKind.MODEL_CALL) {
        built.add(drafts.reasoning(thinking, modelCall));
      }
    }
    for (ToolCall call : calls) {
      DecisionDraft draft = drafts.ofCall(call, eventOf.get(call));
      draft.sequence = built.size();
      built.add(draft);
    }
    for (SpanNode answering : conversations.answers()) {
      DecisionDraft modelCall = drafts.madeOf(answering);
      if (modelCall != null) {
        built.add(drafts.response(answering, modelCall));
      }
    }
    for (DecisionEvent event : alone) {
      built.add(drafts.ofEvent(event, tree.byId(event.getSpanId())));
    }
    return built;
  }
}

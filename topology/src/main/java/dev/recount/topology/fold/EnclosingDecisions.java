package dev.recount.topology.fold;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * For each span within a decision that is none itself, that decision: feedback may name the span.
 * Found when it is first asked for, since most traces have no feedback when they are folded.
 */
final class EnclosingDecisions implements Supplier<Map<String, String>> {
  private final SpanTree tree;
  private final List<DecisionDraft> decisions;
  private @Nullable Map<String, String> bySpan;

  EnclosingDecisions(SpanTree tree, List<DecisionDraft> decisions) {
    this.tree = tree;
    this.decisions = decisions;
  }

  /** IDs of decisions by those of spans. */
  @Override
  public Map<String, String> get() {
    if (bySpan == null) {
      bySpan = find();
    }
    return bySpan;
  }

  private Map<String, String> find() {
    NodeMap<String> own = new NodeMap<>(tree.nodes());
    for (DecisionDraft decision : decisions) {
      if (decision.node != null) {
        own.putIfAbsent(decision.node, decision.id);
      }
    }
    Map<String, String> enclosing = new HashMap<>();
    NodeMap<String> known = new NodeMap<>(tree.nodes());
    for (SpanNode node : tree.nodes()) {
      String decision = own.get(node) == null ? enclosing(node, own, known) : "";
      if (!decision.isEmpty()) {
        enclosing.put(node.id(), decision);
      }
    }
    return enclosing;
  }

  /** The decision at or around a span; empty when there is none. Climbs each branch once. */
  private static String enclosing(SpanNode from, NodeMap<String> own, NodeMap<String> known) {
    List<SpanNode> climbed = new ArrayList<>();
    String found = "";
    for (SpanNode node = from; node != null; node = node.parent) {
      String decision = own.get(node);
      decision = decision == null ? known.get(node) : decision;
      if (decision != null) {
        found = decision;
        break;
      }
      climbed.add(node);
    }
    for (SpanNode node : climbed) {
      known.put(node, found);
    }
    return found;
  }
}

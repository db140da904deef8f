package dev.recount.topology.fold;

import dev.recount.avro.DecisionKind;
import dev.recount.topology.convention.Handoffs;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The agents at work in a trace, by whatever spelling of their names. */
final class Agents {
  private final Map<String, String> names = new HashMap<>();

  private Agents() {}

  static Agents of(Collection<SpanNode> nodes) {
    Agents agents = new Agents();
    String before = "";
    for (SpanNode node : nodes) {
      String name = node.agent();
      // Most spans have the agent of the one before.
      if (!name.isEmpty() && !name.equals(before)) {
        // The smallest of two spellings, so that the order of the spans does not matter.
        agents.names.merge(Handoffs.key(name), name, (a, b) -> a.compareTo(b) <= 0 ? a : b);
        before = name;
      }
    }
    return agents;
  }

  /**
   * The agent that took over by a call; null where the call is any other. A tool may be named like
   * a handoff and be none: so the agent must be at work in the trace, or the call's span or its
   * result must speak of it.
   */
  @Nullable String tookOver(ToolCall call) {
    if (call.span != null
        && call.span.kind != DecisionKind.HANDOFF
        && call.span.facts.statesKind()) {
      return null;
    }
    String told = told(call);
    if (told != null) {
      return names.getOrDefault(Handoffs.key(told), told);
    }
    String target = call.handsOverTo();
    if (target == null) {
      return null;
    }
    String known = names.get(Handoffs.key(target));
    if (known == null && Handoffs.isCertain(call.name)) {
      return target;
    }
    return known;
  }

  /** Who a handoff's own span or the tool's result says took over. */
  private static @Nullable String told(ToolCall call) {
    String agent = call.span == null ? null : call.span.facts.handedTo();
    for (SpanNode other : call.others) {
      agent = agent != null ? agent : other.facts.handedTo();
    }
    if (agent == null && call.handsOverTo() != null) {
      String result = call.span == null ? null : call.span.facts.toolResult();
      agent = Handoffs.answered(result != null ? result : call.result);
    }
    return agent;
  }
}

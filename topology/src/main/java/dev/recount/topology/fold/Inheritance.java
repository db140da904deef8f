package dev.recount.topology.fold;

import dev.recount.topology.convention.Fact;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What holds for a span without its saying so: session, user, agent and versions are often stated
 * on the root or on a step only. Immutable, and shared by all spans for which the same holds, so
 * that a deep trace costs no more than a wide one.
 */
final class Inheritance {
  /** Facts that hold for everything below the span that states them. */
  private static final List<Fact> INHERITABLE =
      List.of(
          Fact.AGENT_NAME,
          Fact.AGENT_VERSION,
          Fact.MODEL,
          Fact.PROMPT_NAME,
          Fact.PROMPT_VERSION,
          Fact.TOOL_SCHEMA_VERSION,
          Fact.MEMORY_INDEX_VERSION,
          Fact.FRAMEWORK,
          Fact.FRAMEWORK_VERSION,
          Fact.RELEASE,
          Fact.OFFERED_TOOLS,
          Fact.SESSION_ID,
          Fact.USER_ID,
          Fact.ENVIRONMENT);

  private final Map<Fact, String> values;

  private Inheritance(Map<Fact, String> values) {
    this.values = values;
  }

  @Nullable String get(Fact fact) {
    return values.get(fact);
  }

  /**
   * Gives every span what holds for it, and its place in order. What the trace as a whole states
   * (its root, else the earliest span that speaks of it) holds where no ancestor speaks.
   */
  static void spread(List<SpanNode> byStart, @Nullable SpanNode root) {
    Inheritance whole = ofTrace(byStart, root);
    for (SpanNode node : byStart) {
      SpanNode parent = node.parent;
      if (parent != null && isEarly(node, parent) && parent.earlyBy == 0) {
        // The first that is found is the earliest.
        parent.earlyBy = parent.start() - node.start() + 1;
      }
    }
    Deque<SpanNode> path = new ArrayDeque<>();
    for (SpanNode node : byStart) {
      for (SpanNode above = node;
          above != null && above.inheritance == null;
          above = above.parent) {
        path.push(above);
      }
      while (!path.isEmpty()) {
        SpanNode next = path.pop();
        SpanNode parent = next.parent;
        Inheritance from =
            parent == null || parent.inheritance == null ? whole : parent.inheritance;
        next.inheritance = from.with(next);
        if (parent != null) {
          place(next, parent);
        }
      }
    }
  }

  private static boolean isEarly(SpanNode node, SpanNode parent) {
    return node.start() < parent.start();
  }

  private static void place(SpanNode node, SpanNode parent) {
    boolean early = isEarly(node, parent);
    node.shift = early ? Times.later(parent.shift, parent.earlyBy) : parent.shift;
    node.outOfTime = parent.outOfTime || early && node.end() <= parent.start();
  }

  private static Inheritance ofTrace(List<SpanNode> byStart, @Nullable SpanNode root) {
    Map<Fact, String> values = new EnumMap<>(Fact.class);
    if (root != null) {
      stateAbsent(values, root);
    }
    for (SpanNode node : byStart) {
      if (values.size() == INHERITABLE.size()) {
        break;
      }
      stateAbsent(values, node);
    }
    return new Inheritance(values);
  }

  private static void stateAbsent(Map<Fact, String> values, SpanNode node) {
    for (Fact fact : INHERITABLE) {
      String value = node.own(fact);
      if (value != null) {
        values.putIfAbsent(fact, value);
      }
    }
  }

  private Inheritance with(SpanNode node) {
    Map<Fact, String> changed = null;
    for (Fact fact : INHERITABLE) {
      String own = node.own(fact);
      if (own != null && !own.equals(values.get(fact))) {
        if (changed == null) {
          changed = values.isEmpty() ? new EnumMap<>(Fact.class) : new EnumMap<>(values);
        }
        changed.put(fact, own);
      }
    }
    return changed == null ? this : new Inheritance(changed);
  }
}

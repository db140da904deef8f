package dev.recount.topology.fold;

import dev.recount.avro.DecisionKind;
import dev.recount.avro.Span;
import dev.recount.topology.convention.Fact;
import dev.recount.topology.convention.SpanMapper;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The spans of a trace as a tree, in order of start. */
final class SpanTree {
  /**
   * A span by its start. Spans are compared many times, and those of a large trace lie far apart.
   */
  private record Started(long start, Span span) {
    /** Order of start; a parent before its children where clocks do not tell them apart. */
    private static final Comparator<Started> ORDER =
        Comparator.comparingLong(Started::start)
            .thenComparing(
                Started::span,
                Comparator.<Span>comparingLong(SpanNode::endOf)
                    .reversed()
                    .thenComparing(Span::getSpanId));

    Started(Span span) {
      this(span.getStartTimeUnixNano(), span);
    }
  }

  /** Spans of plumbing between two that tell of the same tool call. */
  private static final int MOST_PLUMBING = 8;

  private final List<SpanNode> nodes;
  private final Map<String, SpanNode> byId;
  private final @Nullable SpanNode root;

  private SpanTree(List<SpanNode> nodes, Map<String, SpanNode> byId, @Nullable SpanNode root) {
    this.nodes = nodes;
    this.byId = byId;
    this.root = root;
  }

  static SpanTree of(Collection<Span> spans, SpanMapper mapper) {
    List<Started> inOrder = new ArrayList<>(spans.size());
    spans.forEach(span -> inOrder.add(new Started(span)));
    inOrder.sort(Started.ORDER);
    // Made in the order in which they are looked at, so that they lie in memory in that order: the
    // nodes of a large trace are in no cache.
    List<SpanNode> nodes = new ArrayList<>(inOrder.size());
    Map<String, SpanNode> byId = new HashMap<>(inOrder.size() * 2);
    for (Started started : inOrder) {
      SpanNode node = new SpanNode(started.span(), mapper, nodes.size());
      nodes.add(node);
      byId.put(node.id(), node);
    }
    boolean againstOrder = false;
    for (SpanNode node : nodes) {
      String parentId = node.span.getParentSpanId();
      if (parentId != null) {
        node.parent = byId.get(parentId);
        node.orphan = node.parent == null;
        againstOrder |= node.parent != null && node.parent.number >= node.number;
      }
    }
    if (againstOrder) {
      // Where parents come before their children there is no way round.
      breakCycles(nodes);
    }
    for (SpanNode node : nodes) {
      noteEnclosing(node);
    }
    noteToldTwice(nodes);
    countModelCalls(nodes);
    SpanNode root = rootOf(nodes);
    Inheritance.spread(nodes, root);
    return new SpanTree(nodes, byId, root);
  }

  /** Cuts a cycle of parents, which only broken senders produce, at its earliest span. */
  private static void breakCycles(List<SpanNode> nodes) {
    NodeMap<SpanNode> visitedFrom = new NodeMap<>(nodes);
    for (SpanNode start : nodes) {
      for (SpanNode node = start; node != null; node = node.parent) {
        SpanNode earlier = visitedFrom.putIfAbsent(node, start);
        if (earlier == start) {
          cutAtEarliest(node);
        }
        if (earlier != null) {
          break;
        }
      }
    }
  }

  private static void cutAtEarliest(SpanNode onCycle) {
    SpanNode earliest = onCycle;
    for (SpanNode node = onCycle.parent; node != null && node != onCycle; node = node.parent) {
      if (node.number < earliest.number) {
        earliest = node;
      }
    }
    earliest.parent = null;
    earliest.orphan = true;
  }

  private static void noteEnclosing(SpanNode node) {
    if (node.callsModel) {
      for (SpanNode above = node.parent;
          above != null && !above.enclosesModelCall;
          above = above.parent) {
        above.enclosesModelCall = true;
      }
    }
    if (node.kind == DecisionKind.TOOL_CALL) {
      SpanNode outer = enclosingStep(node);
      node.repeats = outer != null && isSameToolCall(node, outer) ? outer : null;
    }
  }

  /** The step around a span, beyond plumbing such as requests; null when none is near. */
  private static @Nullable SpanNode enclosingStep(SpanNode node) {
    SpanNode above = node.parent;
    for (int i = 0; i < MOST_PLUMBING && above != null; i++) {
      if (above.kind != null || above.own(Fact.OPERATION) != null) {
        return above;
      }
      above = above.parent;
    }
    return null;
  }

  /** A tool call is often told twice, by the framework's span and by the protocol's within it. */
  private static boolean isSameToolCall(SpanNode inner, SpanNode outer) {
    if (outer.kind != DecisionKind.TOOL_CALL) {
      return false;
    }
    if (inner.toolCallId() != null && outer.toolCallId() != null) {
      return inner.toolCallId().equals(outer.toolCallId());
    }
    boolean sameArguments =
        inner.toolArguments() == null
            || outer.toolArguments() == null
            || inner.toolArguments().equals(outer.toolArguments());
    return sameArguments
        && (Objects.equals(inner.toolName(), outer.toolName())
            || (inner.facts.isProtocol() && isNamedAfter(inner.toolName(), outer.toolName())));
  }

  /** Frameworks put the server before the name that a tool has there: {@code mcp__git__search}. */
  private static boolean isNamedAfter(@Nullable String tool, @Nullable String outer) {
    if (tool == null || outer == null || tool.isEmpty() || !outer.endsWith(tool)) {
      return false;
    }
    int before = outer.length() - tool.length() - 1;
    return before > 0 && !Character.isLetterOrDigit(outer.charAt(before));
  }

  /**
   * Two instrumentations may tell of one model call side by side: the response has one ID, and the
   * spans overlap.
   */
  private static void noteToldTwice(List<SpanNode> nodes) {
    Map<String, SpanNode> byResponse = new HashMap<>();
    for (SpanNode node : nodes) {
      String response = node.callsModel ? node.own(Fact.RESPONSE_ID) : null;
      if (response == null || node.enclosesModelCall) {
        continue;
      }
      SpanNode other = byResponse.putIfAbsent(response, node);
      if (other != null
          && node.start() < other.end()
          && !Objects.equals(node.span.getScopeName(), other.span.getScopeName())) {
        node.toldBy = other;
      }
    }
  }

  private static void countModelCalls(List<SpanNode> nodes) {
    for (SpanNode node : nodes) {
      if (node.isModelCall()) {
        // Upwards until somebody has been told of two already: more do not matter.
        for (SpanNode above = node.parent;
            above != null && above.modelCallsBelow < 2;
            above = above.parent) {
          above.modelCallsBelow++;
        }
      }
    }
  }

  private static @Nullable SpanNode rootOf(List<SpanNode> nodes) {
    for (SpanNode node : nodes) {
      if (node.span.getParentSpanId() == null) {
        return node;
      }
    }
    return null;
  }

  /** All spans in order of start. */
  List<SpanNode> nodes() {
    return nodes;
  }

  /** The earliest span that names no parent; null while none has arrived. */
  @Nullable SpanNode root() {
    return root;
  }

  @Nullable SpanNode byId(@Nullable String spanId) {
    return spanId == null ? null : byId.get(spanId);
  }
}

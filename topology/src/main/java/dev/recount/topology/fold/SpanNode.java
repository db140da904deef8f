package dev.recount.topology.fold;

import dev.recount.avro.DecisionKind;
import dev.recount.avro.Span;
import dev.recount.topology.convention.Fact;
import dev.recount.topology.convention.SpanFacts;
import org.jspecify.annotations.Nullable;

/** A span in its place in the tree of its trace. */
final class SpanNode {
  final Span span;
  final SpanFacts facts;
  final @Nullable DecisionKind kind;

  /** Nearest ancestor that is in the trace; null for roots, orphans and broken cycles. */
  @Nullable SpanNode parent;

  /** What holds for the span, once the tree is complete. Shared with the parent where equal. */
  @Nullable Inheritance inheritance;

  /** Whether the parent that the span names has not arrived. */
  boolean orphan;

  /** Whether some descendant is a model call: then this one, if it is one too, only sums it up. */
  boolean enclosesModelCall;

  /** Whether the span only repeats a tool call that an enclosing span stands for. */
  boolean repeatsEnclosingToolCall;

  /**
   * Start for the purpose of order, in nanoseconds: no earlier than the parent's, whatever the
   * clocks of two services say.
   */
  long orderedStart;

  SpanNode(Span span) {
    this.span = span;
    this.facts = SpanFacts.of(span);
    this.kind = facts.decisionKind();
    this.orderedStart = span.getStartTimeUnixNano();
  }

  String id() {
    return span.getSpanId();
  }

  long start() {
    return span.getStartTimeUnixNano();
  }

  /** End in nanoseconds; the start for a span that has not ended. */
  long end() {
    return Math.max(span.getEndTimeUnixNano(), start());
  }

  @Nullable String own(Fact fact) {
    return facts.text(fact);
  }

  /** What the span, else its nearest ancestor that speaks of it, else the trace as a whole says. */
  @Nullable String inherited(Fact fact) {
    return inheritance == null ? own(fact) : inheritance.get(fact);
  }

  /** The decision that the span itself stands for; null for wrappers and plumbing. */
  @Nullable DecisionKind ownDecision() {
    if (kind == DecisionKind.MODEL_CALL && enclosesModelCall) {
      return null;
    }
    return repeatsEnclosingToolCall ? null : kind;
  }
}

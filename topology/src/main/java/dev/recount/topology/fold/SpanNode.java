package dev.recount.topology.fold;

import dev.recount.avro.DecisionKind;
import dev.recount.avro.Span;
import dev.recount.topology.convention.Fact;
import dev.recount.topology.convention.SpanFacts;
import dev.recount.topology.convention.SpanMapper;
import org.jspecify.annotations.Nullable;

/** A span in its place in the tree of its trace. */
final class SpanNode {
  final Span span;
  final SpanFacts facts;
  final @Nullable DecisionKind kind;

  /** Place among the spans of the tree, in order of start. */
  final int number;

  /** Nearest ancestor that is in the trace; null for roots, orphans and broken cycles. */
  @Nullable SpanNode parent;

  /** What holds for the span, once the tree is complete. Shared with the parent where equal. */
  @Nullable Inheritance inheritance;

  /** Whether the parent that the span names has not arrived. */
  boolean orphan;

  /** Whether a model is called here, or within: it may be a plan or a judgement at once. */
  final boolean callsModel;

  /** Whether some descendant is a model call: then this one, if it is one too, only sums it up. */
  boolean enclosesModelCall;

  /** Number of model calls below, as far as more than one matters. */
  int modelCallsBelow;

  /** The span around this one that tells of the same tool call; null when there is none. */
  @Nullable SpanNode repeats;

  /** The span that tells of the same model call; null when there is none. */
  @Nullable SpanNode toldBy;

  /**
   * What is added to its times for the purpose of order, in nanoseconds, so that nothing comes
   * before its parent, whatever the clocks of two services say. Children of one parent that are
   * early are moved together, and each with all that is within it.
   */
  long shift;

  /** By how much the earliest of its children is early, in nanoseconds; 0 when none is. */
  long earlyBy;

  /** Whether it, or something around it, was over before what encloses it had begun. */
  boolean outOfTime;

  private boolean toolRead;
  private @Nullable String toolName;
  private @Nullable String toolCallId;
  private @Nullable String toolArguments;

  SpanNode(Span span, SpanMapper mapper, int number) {
    this.span = span;
    this.number = number;
    this.facts = mapper.read(span);
    this.kind = facts.decisionKind();
    this.callsModel = kind == DecisionKind.MODEL_CALL || (kind != null && facts.callsModel());
  }

  String id() {
    return span.getSpanId();
  }

  long start() {
    return span.getStartTimeUnixNano();
  }

  /** End in nanoseconds; the start for a span that has not ended. */
  long end() {
    return endOf(span);
  }

  /** Start for the purpose of order: later than its parent's, if by a nanosecond. */
  long orderedStart() {
    return Times.later(start(), shift);
  }

  /** End for the purpose of order. */
  long orderedEnd() {
    return Times.later(end(), shift);
  }

  /** End of a span in nanoseconds; its start if it has not ended. */
  static long endOf(Span span) {
    return Math.max(span.getEndTimeUnixNano(), span.getStartTimeUnixNano());
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
    boolean told = toldBy != null && kind == DecisionKind.MODEL_CALL;
    return repeats != null || told ? null : kind;
  }

  /** Whether the span is the one that tells of a call of a model, and not a sum or a repetition. */
  boolean isModelCall() {
    return callsModel && !enclosesModelCall && toldBy == null && repeats == null;
  }

  /** Name of the agent at work; empty when nobody says. */
  String agent() {
    String agent = inherited(Fact.AGENT_NAME);
    return agent == null ? "" : agent;
  }

  /** Name of the tool that the span calls; null for a span of another kind. */
  @Nullable String toolName() {
    readTool();
    return toolName;
  }

  @Nullable String toolCallId() {
    readTool();
    return toolCallId;
  }

  /** Canonical arguments of the tool call. */
  @Nullable String toolArguments() {
    readTool();
    return toolArguments;
  }

  private void readTool() {
    if (!toolRead && kind == DecisionKind.TOOL_CALL) {
      toolName = facts.toolName();
      toolCallId = facts.toolCallId();
      toolArguments = facts.toolArguments();
    }
    toolRead = true;
  }
}

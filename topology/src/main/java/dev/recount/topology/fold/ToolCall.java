package dev.recount.topology.fold;

import dev.recount.avro.ToolCallMention;
import dev.recount.topology.convention.Handoffs;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One call of a tool, however many spans and messages tell of it: asked for by a model, carried out
 * on a span, answered in a later message. Any of the three may be missing.
 */
final class ToolCall {
  /** Call ID, given by the model or adopted from whoever knows it; null when nobody does. */
  @Nullable String id;

  @Nullable String name;

  /** Canonical arguments; null when they were not recorded. */
  @Nullable String arguments;

  /** The model call that asked; null when only a conversation or a span tells of the call. */
  @Nullable SpanNode askedBy;

  /** Why the model asked; null when it did not say. */
  @Nullable String rationale;

  /** Model call in whose conversation the call was first seen; null for one that was asked. */
  @Nullable SpanNode seenIn;

  /** Span that carried the call out; null when only messages tell of it. */
  @Nullable SpanNode span;

  /** Further spans that tell of the same call. */
  final List<SpanNode> others = new ArrayList<>(0);

  boolean answered;

  /** What the model was told that the tool said; null when it was not recorded. */
  @Nullable String result;

  /** Whether the model was told that the call failed. */
  boolean error;

  /** Start of the model call that was shown the answer, in nanoseconds. */
  long answeredAt;

  /** Whether messages tell of the call. */
  boolean wasAsked() {
    return askedBy != null || seenIn != null;
  }

  /** The span that first tells of the call. */
  SpanNode origin() {
    SpanNode asking = askedBy != null ? askedBy : seenIn;
    return Objects.requireNonNull(asking != null ? asking : span);
  }

  /** Nanoseconds at which the call can have begun at the earliest. */
  long asked() {
    return origin().start();
  }

  void carriedOut(SpanNode node) {
    span = node;
    learn(node);
  }

  void toldToo(SpanNode node) {
    others.add(node);
    learn(node);
  }

  /** Takes over what a span knows of the call and nobody has said so far. */
  private void learn(SpanNode node) {
    id = id == null ? node.toolCallId() : id;
    name = name == null ? node.toolName() : name;
    arguments = arguments == null ? node.toolArguments() : arguments;
  }

  /** The agent that the call, by its name or its arguments, hands over to; null for most. */
  @Nullable String handsOverTo() {
    return Handoffs.target(name, arguments);
  }

  /** Whether nothing within the trace says what came of a call that a model asked for. */
  boolean waits() {
    return askedBy != null && id != null && span == null && !answered;
  }

  /** Takes over what another trace says came of the call. */
  void answer(ToolCallMention mention) {
    answered = true;
    result = mention.getResult();
    error = mention.getError();
    answeredAt = mention.getTimeUnixNano();
  }

  /** Takes over what a conversation says came of the call; the first to say it holds. */
  void answer(Exchange.Mention mention, SpanNode shownTo) {
    id = id == null ? mention.id : id;
    if (mention.answered && !answered) {
      answered = true;
      result = mention.result;
      error = mention.error;
      answeredAt = shownTo.start();
    }
  }
}

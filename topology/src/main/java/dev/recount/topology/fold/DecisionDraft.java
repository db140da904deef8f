package dev.recount.topology.fold;

import dev.recount.avro.Alternative;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.Status;
import dev.recount.avro.Versions;
import dev.recount.topology.model.Tokens;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A decision while the fold puts it together from spans, explicit events, snapshots. */
final class DecisionDraft {
  final String id;
  final DecisionKind kind;

  /** Span that carried the decision out; null when only messages or an event tell of it. */
  final @Nullable SpanNode node;

  /** Span whose surroundings hold for the decision; null when none is known. */
  @Nullable SpanNode place;

  /** The model call that asked for it; null when nobody says. */
  @Nullable DecisionDraft askedBy;

  /** What the agent said about the decision; null when only a span tells of it. */
  @Nullable DecisionEvent event;

  Versions versions = new Versions();

  /** Nanoseconds since the Unix epoch. */
  long start;

  /** Nanoseconds since the Unix epoch; the start where no end is known. */
  long end;

  boolean ended;

  /** Start for the purpose of order, see {@link SpanNode#orderedStart()}. */
  long orderedStart;

  /** Place among the tool calls of the trace, for what starts and ends at the same time. */
  int sequence;

  @Nullable String name;
  @Nullable String toolName;
  @Nullable String toolCallId;
  @Nullable String toolArguments;
  @Nullable String toolResult;
  List<Alternative> considered = List.of();
  @Nullable String chosen;
  @Nullable String rationale;
  @Nullable Double confidence;
  List<String> constraints = List.of();
  @Nullable String expectedOutcome;
  Status status = Status.unset;
  @Nullable String errorType;
  @Nullable String errorMessage;
  Tokens tokens = Tokens.UNKNOWN;

  /** Billionths of a US dollar. */
  @Nullable Long costNanoUsd;

  /** What a retrieval brought. */
  List<String> memoryChunks = List.of();

  @Nullable String statedSnapshotId;
  @Nullable Long contextTokens;
  @Nullable Long contextLimit;

  /** The context that it was decided in; null when none is known. */
  @Nullable SnapshotNode snapshot;

  /** A set of {@link Warning}s. */
  int warnings;

  int step;
  int toolDepth;
  @Nullable DecisionDraft parent;

  /** Earliest step before this one on its causal path that carries a flag. */
  @Nullable DecisionDraft suspect;

  DecisionDraft(String id, DecisionKind kind, @Nullable SpanNode node) {
    this.id = id;
    this.kind = kind;
    this.node = node;
    this.place = node;
  }

  /** Name of the agent that made the decision; empty when nobody says. */
  String agent() {
    String agent = versions.getAgentName();
    return agent == null ? "" : agent;
  }

  @Nullable String spanId() {
    if (node != null) {
      return node.id();
    }
    return event == null ? null : event.getSpanId();
  }

  void flag(Warning warning) {
    warnings |= warning.bit();
  }

  boolean failed() {
    return status == Status.error;
  }
}

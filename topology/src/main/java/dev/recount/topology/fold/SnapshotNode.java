package dev.recount.topology.fold;

import dev.recount.avro.ContextSnapshot;
import dev.recount.topology.context.Window;
import dev.recount.topology.context.WindowChange;
import org.jspecify.annotations.Nullable;

/** A context snapshot in its place among those of its trace. */
final class SnapshotNode {
  /** As it was sent, or as it was made of the messages of a model call. */
  final ContextSnapshot event;

  /** The model call of whose messages it was made; null for one that was sent. */
  final @Nullable SpanNode madeOf;

  final Window window;

  /** The window before it of the same agent; null for the first. */
  final @Nullable Window before;

  /** What became of the window since the one before. */
  final WindowChange change;

  /** Tokens in the window; null when neither the snapshot nor all of its segments say. */
  final @Nullable Long tokens;

  /** Whether anything in the window had been cut. */
  final boolean truncated;

  /** The span that it names, else the nearest preceding one of its agent; null for none. */
  @Nullable String spanId;

  /** The first decision that was made in it; null for none. */
  @Nullable DecisionDraft decision;

  SnapshotNode(
      ContextSnapshot event,
      @Nullable SpanNode madeOf,
      Window window,
      @Nullable Window before,
      WindowChange change) {
    this.event = event;
    this.madeOf = madeOf;
    this.window = window;
    this.before = before;
    this.change = change;
    this.tokens = ContextWindow.tokens(event);
    this.truncated = ContextWindow.truncated(event) || !change.truncated().isEmpty();
  }

  String id() {
    return event.getSnapshotId();
  }

  /** Name of the agent whose window it is; {@link SnapshotJoin#ANY_AGENT} when nobody says. */
  String agent() {
    return SnapshotJoin.agentOf(event);
  }
}

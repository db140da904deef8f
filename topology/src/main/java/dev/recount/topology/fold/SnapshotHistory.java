package dev.recount.topology.fold;

import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.SnapshotContent;
import dev.recount.topology.context.Contents;
import dev.recount.topology.context.Window;
import dev.recount.topology.context.WindowChange;
import dev.recount.topology.convention.Fact;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The snapshots of a trace, each beside the one before it of the same agent. */
final class SnapshotHistory {
  static final Comparator<ContextSnapshot> BY_CAPTURE =
      Comparator.comparing(ContextSnapshot::getCapturedAt)
          .thenComparing(ContextSnapshot::getSnapshotId);

  private final List<SnapshotNode> inOrder;
  private final Contents contents;

  /**
   * A snapshot and where it comes from.
   *
   * @param madeOf the model call of whose messages it was made; null for one that was sent
   */
  record Capture(ContextSnapshot snapshot, @Nullable SpanNode madeOf) {
    /** Whether its call says that its conversation was compacted. */
    boolean compacted() {
      return madeOf != null && Boolean.parseBoolean(madeOf.own(Fact.COMPACTED));
    }
  }

  /**
   * @param sent snapshots that were sent, in any order
   * @param derived those that were made of messages, in any order
   * @param contents bodies that are known already; takes those of the snapshots
   */
  SnapshotHistory(
      Collection<ContextSnapshot> sent, Collection<Capture> derived, Contents contents) {
    this.contents = contents;
    List<Capture> all = new ArrayList<>(sent.size() + derived.size());
    sent.forEach(snapshot -> all.add(new Capture(snapshot, null)));
    all.addAll(derived);
    all.sort(Comparator.comparing(Capture::snapshot, BY_CAPTURE));
    this.inOrder = new ArrayList<>(all.size());
    Map<String, Window> lastOfAgent = new HashMap<>();
    for (Capture capture : all) {
      ContextSnapshot snapshot = capture.snapshot();
      Window window = Window.of(snapshot, contents);
      Window before = lastOfAgent.put(SnapshotJoin.agentOf(snapshot), window);
      WindowChange change =
          before == null
              ? WindowChange.first(window)
              : WindowChange.between(before, window, capture.compacted());
      inOrder.add(new SnapshotNode(snapshot, capture.madeOf(), window, before, change));
    }
  }

  /** In order of capture. */
  List<SnapshotNode> inOrder() {
    return inOrder;
  }

  Map<String, SnapshotContent> contents() {
    return contents.byHash();
  }
}

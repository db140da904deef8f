package dev.recount.topology.fold;

import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.SnapshotContent;
import dev.recount.topology.context.Contents;
import dev.recount.topology.context.Window;
import dev.recount.topology.context.WindowChange;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The snapshots of a trace, each beside the one before it of the same agent. */
final class SnapshotHistory {
  private final List<ContextSnapshot> inOrder;
  private final Contents contents;
  private final Map<String, Window> windows = new HashMap<>();
  private final Map<String, WindowChange> changes = new HashMap<>();

  /**
   * @param snapshots in any order
   * @param contents bodies that are known already; takes those of the snapshots
   * @param compacted IDs of the snapshots whose call says that its conversation was compacted
   */
  SnapshotHistory(Collection<ContextSnapshot> snapshots, Contents contents, Set<String> compacted) {
    this.contents = contents;
    this.inOrder = snapshots.stream().sorted(SnapshotJoin.BY_CAPTURE).toList();
    Map<String, Window> lastOfAgent = new HashMap<>();
    for (ContextSnapshot snapshot : inOrder) {
      String id = snapshot.getSnapshotId();
      Window window = Window.of(snapshot, contents);
      Window before = lastOfAgent.put(SnapshotJoin.agentOf(snapshot), window);
      windows.put(id, window);
      changes.put(
          id,
          before == null
              ? WindowChange.first(window)
              : WindowChange.between(before, window, compacted.contains(id)));
    }
  }

  /** In order of capture. */
  List<ContextSnapshot> inOrder() {
    return inOrder;
  }

  /** What became of the window since the one before. */
  WindowChange changeOf(ContextSnapshot snapshot) {
    return Objects.requireNonNull(changes.get(snapshot.getSnapshotId()));
  }

  /** Tells each decision what had become of its window. */
  void note(List<DecisionDraft> decisions) {
    for (DecisionDraft decision : decisions) {
      if (decision.snapshot != null) {
        decision.windowChange = changeOf(decision.snapshot);
      }
    }
  }

  /** The window of a snapshot; null for an ID that is none. */
  @Nullable Window window(@Nullable String snapshotId) {
    return snapshotId == null ? null : windows.get(snapshotId);
  }

  Map<String, SnapshotContent> contents() {
    return contents.byHash();
  }
}

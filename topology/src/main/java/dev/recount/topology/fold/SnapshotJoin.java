package dev.recount.topology.fold;

import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionKind;
import dev.recount.topology.convention.Fact;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Finds the context snapshot that each decision was made in, and the span of each snapshot. */
final class SnapshotJoin {
  /** Stands for every agent, for snapshots and decisions that do not say whose they are. */
  static final String ANY_AGENT = "";

  private final SpanTree tree;

  /** In order of capture, as all lists are. */
  private final List<SnapshotNode> snapshots;

  private final Map<String, List<SnapshotNode>> byAgent = new HashMap<>();
  private final List<SnapshotNode> ofNoAgent = new ArrayList<>();
  private final NodeMap<SnapshotNode> bySpan;

  /** Those of spans that have not arrived. */
  private final Map<String, SnapshotNode> byAbsentSpan = new HashMap<>();

  /** Made when it is needed: few decisions name the snapshot that they were made in. */
  private @Nullable Map<String, SnapshotNode> byId;

  SnapshotJoin(SpanTree tree, List<SnapshotNode> snapshots) {
    this.tree = tree;
    this.snapshots = snapshots;
    this.bySpan = new NodeMap<>(tree.nodes());
    byAgent.put(ANY_AGENT, snapshots);
    Map<String, NavigableMap<Long, SpanNode>> spansByAgent = new HashMap<>();
    for (SnapshotNode snapshot : snapshots) {
      String agent = snapshot.agent();
      if (agent.equals(ANY_AGENT)) {
        ofNoAgent.add(snapshot);
      } else {
        byAgent.computeIfAbsent(agent, name -> new ArrayList<>()).add(snapshot);
      }
      place(snapshot, spansByAgent);
    }
  }

  static String agentOf(ContextSnapshot snapshot) {
    if (snapshot.getVersions() == null || snapshot.getVersions().getAgentName() == null) {
      return ANY_AGENT;
    }
    return snapshot.getVersions().getAgentName();
  }

  private void place(SnapshotNode snapshot, Map<String, NavigableMap<Long, SpanNode>> spans) {
    String named = snapshot.event.getSpanId();
    SpanNode span = snapshot.madeOf != null ? snapshot.madeOf : tree.byId(named);
    if (named == null) {
      if (spans.isEmpty()) {
        indexSpans(spans);
      }
      span = precedingSpan(spans.get(snapshot.agent()), snapshot.event.getCapturedAt());
    }
    snapshot.spanId = span == null ? named : span.id();
    // In order of capture, so that of several the last one before the span's end remains.
    if (span != null) {
      bySpan.put(span, snapshot);
    } else if (named != null) {
      byAbsentSpan.put(named, snapshot);
    }
  }

  private void indexSpans(Map<String, NavigableMap<Long, SpanNode>> spansByAgent) {
    for (SpanNode node : tree.nodes()) {
      spansByAgent.computeIfAbsent(ANY_AGENT, any -> new TreeMap<>()).put(node.start(), node);
      String agent = node.inherited(Fact.AGENT_NAME);
      if (agent != null) {
        spansByAgent.computeIfAbsent(agent, name -> new TreeMap<>()).put(node.start(), node);
      }
    }
  }

  private static @Nullable SpanNode precedingSpan(
      @Nullable NavigableMap<Long, SpanNode> byStart, Instant capturedAt) {
    if (byStart == null) {
      return null;
    }
    // Snapshots are stamped to the millisecond: a span that starts within it still precedes.
    long endOfMillisecond = Times.later(Times.nanoseconds(capturedAt), 999_999);
    Map.Entry<Long, SpanNode> preceding = byStart.floorEntry(endOfMillisecond);
    return preceding == null ? null : preceding.getValue();
  }

  /**
   * Gives each decision its snapshot, and each snapshot its first decision; the decisions are in
   * order of their steps.
   */
  void join(List<DecisionDraft> inOrder) {
    for (DecisionDraft draft : inOrder) {
      SnapshotNode snapshot = snapshotOf(draft);
      draft.snapshot = snapshot;
      if (snapshot != null && snapshot.decision == null) {
        snapshot.decision = draft;
      }
    }
  }

  private @Nullable SnapshotNode snapshotOf(DecisionDraft draft) {
    SnapshotNode named = byId(draft.statedSnapshotId);
    if (named != null) {
      return named;
    }
    SnapshotNode ofSpan = ofSpan(draft);
    if (ofSpan != null) {
      return ofSpan;
    }
    if (draft.parent != null
        && draft.parent.kind == DecisionKind.MODEL_CALL
        && draft.parent.snapshot != null) {
      return draft.parent.snapshot;
    }
    // What another agent saw is not what this one saw; what nobody claims may be.
    return preceding(byAgent.getOrDefault(draft.agent(), ofNoAgent), Times.instant(draft.start));
  }

  private @Nullable SnapshotNode byId(@Nullable String snapshotId) {
    if (snapshotId == null) {
      return null;
    }
    if (byId == null) {
      byId = new HashMap<>();
      for (SnapshotNode snapshot : snapshots) {
        byId.put(snapshot.id(), snapshot);
      }
    }
    return byId.get(snapshotId);
  }

  private @Nullable SnapshotNode ofSpan(DecisionDraft draft) {
    SpanNode node = draft.node != null ? draft.node : tree.byId(draft.spanId());
    return node != null ? bySpan.get(node) : byAbsentSpan.get(draft.spanId());
  }

  /** The last one that was captured no later than a time; null for none. */
  private static @Nullable SnapshotNode preceding(List<SnapshotNode> inOrder, Instant time) {
    int from = 0;
    int to = inOrder.size();
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (inOrder.get(middle).event.getCapturedAt().isAfter(time)) {
        to = middle;
      } else {
        from = middle + 1;
      }
    }
    return from == 0 ? null : inOrder.get(from - 1);
  }
}

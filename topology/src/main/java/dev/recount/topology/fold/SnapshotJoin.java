package dev.recount.topology.fold;

import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionKind;
import dev.recount.topology.convention.Fact;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Finds the context snapshot that each decision was made in, and the span of each snapshot. */
final class SnapshotJoin {
  static final Comparator<ContextSnapshot> BY_CAPTURE =
      Comparator.comparing(ContextSnapshot::getCapturedAt)
          .thenComparing(ContextSnapshot::getSnapshotId);

  /** Stands for every agent, for snapshots and decisions that do not say whose they are. */
  static final String ANY_AGENT = "";

  private final SpanTree tree;
  private final Map<String, ContextSnapshot> byId = new HashMap<>();
  private final Map<String, String> spanOfSnapshot = new HashMap<>();
  private final Map<String, ContextSnapshot> bySpan = new HashMap<>();
  private final Map<String, NavigableMap<Instant, ContextSnapshot>> byAgent = new HashMap<>();
  private final NavigableMap<Instant, ContextSnapshot> ofNoAgent = new TreeMap<>();

  SnapshotJoin(SpanTree tree, Collection<ContextSnapshot> snapshots) {
    this.tree = tree;
    Map<String, NavigableMap<Long, SpanNode>> spansByAgent = new HashMap<>();
    for (ContextSnapshot snapshot : snapshots.stream().sorted(BY_CAPTURE).toList()) {
      byId.put(snapshot.getSnapshotId(), snapshot);
      byAgent
          .computeIfAbsent(ANY_AGENT, any -> new TreeMap<>())
          .put(snapshot.getCapturedAt(), snapshot);
      String agent = agentOf(snapshot);
      if (agent.equals(ANY_AGENT)) {
        ofNoAgent.put(snapshot.getCapturedAt(), snapshot);
      } else {
        byAgent
            .computeIfAbsent(agent, name -> new TreeMap<>())
            .put(snapshot.getCapturedAt(), snapshot);
      }
      String spanId = snapshot.getSpanId();
      if (spanId == null) {
        if (spansByAgent.isEmpty()) {
          indexSpans(spansByAgent);
        }
        spanId = precedingSpan(spansByAgent.get(agent), snapshot.getCapturedAt());
      }
      if (spanId != null) {
        spanOfSnapshot.put(snapshot.getSnapshotId(), spanId);
        // In order of capture, so that of several the last one before the span's end remains.
        bySpan.put(spanId, snapshot);
      }
    }
  }

  static String agentOf(ContextSnapshot snapshot) {
    if (snapshot.getVersions() == null || snapshot.getVersions().getAgentName() == null) {
      return ANY_AGENT;
    }
    return snapshot.getVersions().getAgentName();
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

  private static @Nullable String precedingSpan(
      @Nullable NavigableMap<Long, SpanNode> byStart, Instant capturedAt) {
    if (byStart == null) {
      return null;
    }
    // Snapshots are stamped to the millisecond: a span that starts within it still precedes.
    long endOfMillisecond = Times.nanoseconds(capturedAt) + 999_999;
    Map.Entry<Long, SpanNode> preceding = byStart.floorEntry(endOfMillisecond);
    return preceding == null ? null : preceding.getValue().id();
  }

  /** The span that the snapshot names, else the nearest preceding one of its agent. */
  @Nullable String spanOf(ContextSnapshot snapshot) {
    return spanOfSnapshot.get(snapshot.getSnapshotId());
  }

  @Nullable ContextSnapshot byId(@Nullable String snapshotId) {
    return snapshotId == null ? null : byId.get(snapshotId);
  }

  /** Gives each decision its snapshot; the decisions are in order of their steps. */
  void join(List<DecisionDraft> inOrder) {
    for (DecisionDraft draft : inOrder) {
      draft.snapshot = snapshotOf(draft);
    }
  }

  private @Nullable ContextSnapshot snapshotOf(DecisionDraft draft) {
    ContextSnapshot named = byId(draft.statedSnapshotId);
    if (named != null) {
      return named;
    }
    ContextSnapshot ofSpan = draft.spanId() == null ? null : bySpan.get(draft.spanId());
    if (ofSpan != null) {
      return ofSpan;
    }
    if (draft.parent != null
        && draft.parent.kind == DecisionKind.MODEL_CALL
        && draft.parent.snapshot != null) {
      return draft.parent.snapshot;
    }
    // What another agent saw is not what this one saw; what nobody claims may be.
    NavigableMap<Instant, ContextSnapshot> ofAgent = byAgent.getOrDefault(draft.agent(), ofNoAgent);
    Map.Entry<Instant, ContextSnapshot> preceding = ofAgent.floorEntry(Times.instant(draft.start));
    return preceding == null ? null : preceding.getValue();
  }
}

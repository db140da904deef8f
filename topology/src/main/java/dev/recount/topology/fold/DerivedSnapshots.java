package dev.recount.topology.fold;

import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.SnapshotBoundary;
import dev.recount.avro.Versions;
import dev.recount.topology.context.Contents;
import dev.recount.topology.context.MessageSegments;
import dev.recount.topology.convention.ChatMessages;
import dev.recount.topology.convention.Fact;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots made from the messages of model calls, for agents that send none themselves. One that
 * is sent, however late, takes the place of all of its agent's.
 */
final class DerivedSnapshots {
  private static final String CAPTURED_AT = "captured_at";

  private final Contents contents;
  private final Set<String> senders = new HashSet<>();
  private final Set<String> sentIds = new HashSet<>();
  private final NodeMap<List<ContextSegment>> segments;
  private final List<SnapshotHistory.Capture> snapshots = new ArrayList<>();

  /** IDs that model calls name. */
  private final Set<String> named = new HashSet<>();

  /** Those of them that a snapshot has. */
  private final Set<String> taken = new HashSet<>();

  /** Spans of which a snapshot was made whose ID follows from the span and is named by nobody. */
  private final NodeMap<Boolean> made;

  private final Map<String, Versions> byAgent = new HashMap<>();

  /**
   * @param tree the spans of the trace
   * @param sent snapshots that were sent
   * @param contents takes the messages
   */
  DerivedSnapshots(SpanTree tree, Collection<ContextSnapshot> sent, Contents contents) {
    this.contents = contents;
    this.segments = new NodeMap<>(tree.nodes());
    this.made = new NodeMap<>(tree.nodes());
    for (ContextSnapshot snapshot : sent) {
      senders.add(SnapshotJoin.agentOf(snapshot));
      sentIds.add(snapshot.getSnapshotId());
    }
  }

  /** Takes in what a model call was shown. */
  void tell(SpanNode modelCall, ChatMessages messages) {
    boolean shown = !messages.input().isEmpty() || !messages.system().isEmpty();
    boolean sent = senders.contains(SnapshotJoin.ANY_AGENT) || senders.contains(modelCall.agent());
    if (shown && !sent) {
      segments.put(modelCall, MessageSegments.of(messages, contents));
    }
  }

  /** Makes the snapshots, once what the decisions say of tokens and limits is known. */
  void make(String traceId, Collection<DecisionDraft> decisions) {
    for (DecisionDraft draft : decisions) {
      if (draft.statedSnapshotId != null && segmentsOf(draft) != null) {
        named.add(draft.statedSnapshotId);
      }
    }
    for (DecisionDraft draft : decisions) {
      List<ContextSegment> shown = segmentsOf(draft);
      if (shown != null && draft.node != null) {
        make(traceId, draft, draft.node, shown);
      }
    }
  }

  private @Nullable List<ContextSegment> segmentsOf(DecisionDraft draft) {
    return draft.kind == DecisionKind.MODEL_CALL && draft.node != null
        ? segments.get(draft.node)
        : null;
  }

  private void make(
      String traceId, DecisionDraft draft, SpanNode node, List<ContextSegment> shown) {
    if (draft.contextTokens != null) {
      MessageSegments.shareOut(shown, draft.contextTokens);
    }
    String id =
        draft.statedSnapshotId != null
            ? draft.statedSnapshotId
            : Identities.of(traceId, "snapshot", node.id());
    // A call may name a snapshot that was sent, be it another agent's: that one was its window. A
    // span may stand for several decisions, and has one window.
    boolean another = named.contains(id) ? !taken.add(id) : made.putIfAbsent(node, true) != null;
    if (another || sentIds.contains(id)) {
      return;
    }
    ContextSnapshot snapshot = new ContextSnapshot();
    snapshot.setSnapshotId(id);
    snapshot.setTraceId(traceId);
    snapshot.setSpanId(node.id());
    // Not by its setter, which cuts it to the milliseconds that a snapshot is sent with: this one
    // is never sent, and its row has microseconds.
    snapshot.put(CAPTURED_AT, Times.micros(draft.start));
    snapshot.setBoundary(SnapshotBoundary.MODEL_CALL);
    snapshot.setTokenCount(draft.contextTokens);
    snapshot.setTokenLimit(draft.contextLimit);
    snapshot.setSegments(shown);
    snapshot.setVersions(versionsOf(node.inherited(Fact.AGENT_NAME)));
    snapshot.setAttributes(Map.of());
    snapshots.add(new SnapshotHistory.Capture(snapshot, node));
  }

  /** One for all of an agent's snapshots, which say nothing else. */
  private Versions versionsOf(@Nullable String agent) {
    return byAgent.computeIfAbsent(
        agent == null ? "" : agent,
        name -> {
          Versions versions = new Versions();
          versions.setAgentName(agent);
          return versions;
        });
  }

  /** The snapshots that were made. */
  List<SnapshotHistory.Capture> snapshots() {
    return snapshots;
  }
}

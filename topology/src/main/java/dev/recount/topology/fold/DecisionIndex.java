package dev.recount.topology.fold;

import dev.recount.avro.DecisionRecord;
import dev.recount.avro.FeedbackEvent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The decisions of a trace by everything that feedback may name them by. */
final class DecisionIndex {
  private final Supplier<Map<String, String>> enclosingDecisions;
  private final Map<String, DecisionRecord> byId = new HashMap<>();
  private final Map<String, DecisionRecord> bySpan = new HashMap<>();
  private final Map<String, DecisionRecord> bySnapshot = new HashMap<>();
  private final Unambiguous byCallId = new Unambiguous();
  private final Unambiguous byResponseId = new Unambiguous();

  /** Decisions by an identifier that may repeat: where it does, it names none of them. */
  private static final class Unambiguous {
    private final Map<String, DecisionRecord> byName = new HashMap<>();
    private final Set<String> repeated = new HashSet<>();

    void add(@Nullable String name, DecisionRecord decision) {
      if (name != null && byName.putIfAbsent(name, decision) != null) {
        repeated.add(name);
      }
    }

    @Nullable DecisionRecord get(@Nullable String name) {
      return name == null || repeated.contains(name) ? null : byName.get(name);
    }
  }

  DecisionIndex(List<DecisionRecord> inOrder, Supplier<Map<String, String>> enclosingDecisions) {
    this.enclosingDecisions = enclosingDecisions;
    for (DecisionRecord decision : inOrder) {
      byId.putIfAbsent(decision.getDecisionId(), decision);
      if (decision.getSpanId() != null) {
        bySpan.putIfAbsent(decision.getSpanId(), decision);
      }
      if (decision.getSnapshotId() != null) {
        bySnapshot.putIfAbsent(decision.getSnapshotId(), decision);
      }
      byCallId.add(decision.getToolCallId(), decision);
      byResponseId.add(decision.getResponseId(), decision);
    }
  }

  Map<String, DecisionRecord> byId() {
    return byId;
  }

  /** The decision that feedback is about; null when it is about the trace as a whole. */
  @Nullable DecisionRecord decisionOf(FeedbackEvent event) {
    DecisionRecord named = get(byId, event.getDecisionId());
    if (named == null) {
      named = byCallId.get(event.getToolCallId());
    }
    if (named == null) {
      named = byResponseId.get(event.getResponseId());
    }
    if (named == null && event.getSpanId() != null) {
      named = bySpan.get(event.getSpanId());
      if (named == null) {
        named = get(byId, enclosingDecisions.get().get(event.getSpanId()));
      }
    }
    return named != null ? named : get(bySnapshot, event.getSnapshotId());
  }

  private static @Nullable DecisionRecord get(
      Map<String, DecisionRecord> decisions, @Nullable String key) {
    return key == null ? null : decisions.get(key);
  }
}

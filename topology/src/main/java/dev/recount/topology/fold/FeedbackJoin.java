package dev.recount.topology.fold;

import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.EvaluationOutcome;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.FeedbackOutcome;
import dev.recount.topology.convention.Fact;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the decision that each feedback event is about. All feedback is about the trace as well.
 */
final class FeedbackJoin {
  static final Comparator<TraceContents.LinkedFeedback> BY_OCCURRENCE =
      Comparator.<TraceContents.LinkedFeedback, Instant>comparing(
              feedback -> feedback.event().getOccurredAt())
          .thenComparing(feedback -> feedback.event().getFeedbackId());

  private final SpanTree tree;
  private final Map<String, DecisionDraft> byId = new HashMap<>();
  private final Map<String, DecisionDraft> bySpan = new HashMap<>();
  private final Unique byCallId = new Unique();
  private final Unique byResponseId = new Unique();
  private final Map<String, DecisionDraft> bySnapshot = new HashMap<>();

  /** Decisions by an identifier of theirs, as far as it names one only. */
  private static final class Unique {
    private final Map<String, DecisionDraft> byName = new HashMap<>();
    private final Set<String> repeated = new HashSet<>();

    void add(@Nullable String name, DecisionDraft draft) {
      if (name != null && byName.putIfAbsent(name, draft) != null) {
        repeated.add(name);
      }
    }

    @Nullable DecisionDraft get(@Nullable String name) {
      return name == null || repeated.contains(name) ? null : byName.get(name);
    }
  }

  FeedbackJoin(SpanTree tree, List<DecisionDraft> inOrder) {
    this.tree = tree;
    for (DecisionDraft draft : inOrder) {
      byId.putIfAbsent(draft.id, draft);
      if (draft.spanId() != null) {
        bySpan.putIfAbsent(draft.spanId(), draft);
      }
      byCallId.add(draft.toolCallId, draft);
      byResponseId.add(draft.node == null ? null : draft.node.own(Fact.RESPONSE_ID), draft);
      ContextSnapshot snapshot = draft.snapshot;
      if (snapshot != null) {
        bySnapshot.putIfAbsent(snapshot.getSnapshotId(), draft);
      }
    }
  }

  /**
   * Gives the feedback to the decisions that it is about.
   *
   * @param inOrder feedback in order of occurrence
   * @return for each feedback ID the decision; feedback on the trace as a whole is absent
   */
  Map<String, DecisionDraft> join(List<TraceContents.LinkedFeedback> inOrder) {
    Map<String, DecisionDraft> joined = new LinkedHashMap<>();
    for (TraceContents.LinkedFeedback feedback : inOrder) {
      DecisionDraft draft = decisionOf(feedback);
      if (draft != null) {
        joined.put(feedback.event().getFeedbackId(), draft);
        if (feedback.event().getKind() == FeedbackKind.EVALUATION) {
          draft.evaluations.add(evaluation(feedback.event()));
        } else {
          draft.feedback.add(outcome(feedback.event()));
        }
      }
    }
    return joined;
  }

  private @Nullable DecisionDraft decisionOf(TraceContents.LinkedFeedback feedback) {
    FeedbackEvent event = feedback.event();
    if (event.getDecisionId() != null && byId.containsKey(event.getDecisionId())) {
      return byId.get(event.getDecisionId());
    }
    DecisionDraft named = byCallId.get(event.getToolCallId());
    if (named == null) {
      named = byResponseId.get(event.getResponseId());
    }
    if (named != null) {
      return named;
    }
    String spanId = event.getSpanId();
    if (spanId != null) {
      if (bySpan.containsKey(spanId)) {
        return bySpan.get(spanId);
      }
      for (SpanNode node = tree.byId(spanId); node != null; node = node.parent) {
        DecisionDraft around = bySpan.get(node.id());
        if (around != null) {
          return around;
        }
      }
    }
    return event.getSnapshotId() == null ? null : bySnapshot.get(event.getSnapshotId());
  }

  static EvaluationOutcome evaluation(FeedbackEvent event) {
    EvaluationOutcome outcome = new EvaluationOutcome();
    outcome.setName(event.getName() == null ? "" : event.getName());
    outcome.setScore(event.getScore());
    outcome.setLabel(event.getLabel());
    outcome.setPassed(event.getPassed());
    return outcome;
  }

  static FeedbackOutcome outcome(FeedbackEvent event) {
    FeedbackOutcome outcome = new FeedbackOutcome();
    outcome.setFeedbackId(event.getFeedbackId());
    outcome.setKind(event.getKind());
    outcome.setName(event.getName());
    outcome.setScore(event.getScore());
    outcome.setLabel(event.getLabel());
    outcome.setOccurredAt(event.getOccurredAt());
    return outcome;
  }
}

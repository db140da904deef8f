package dev.recount.topology.fold;

import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.EvaluationOutcome;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.FeedbackOutcome;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.Status;
import dev.recount.avro.TraceRecord;
import dev.recount.topology.evaluation.Evaluators;
import dev.recount.topology.fold.TraceContents.LinkedFeedback;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lays feedback and verdicts over the rows of a trace: finds the decision that each event is about
 * and sets everything in the rows that depends on feedback and on evaluators.
 *
 * <p>It works on rows alone, so that it serves a trace whose spans are still known and one of which
 * only the rows are left.
 */
public final class FeedbackOverlay {
  private static final Comparator<LinkedFeedback> BY_OCCURRENCE =
      Comparator.<LinkedFeedback, Instant>comparing(feedback -> feedback.event().getOccurredAt())
          .thenComparing(feedback -> feedback.event().getFeedbackId());

  /** As the records list them: by time. */
  private static final Comparator<Evaluation> BY_TIME =
      Comparator.comparing(Evaluation::getEvaluatedAt).thenComparing(Evaluation::getEvaluationId);

  private final TraceRecord trace;
  private final DecisionList decisions;
  private final List<LinkedFeedback> inOrder;
  private final Supplier<Map<String, String>> enclosingDecisions;
  private @Nullable DecisionIndex index;
  private final Map<String, List<FeedbackOutcome>> outcomes = new HashMap<>();
  private final List<FeedbackRecord> feedbackRows = new ArrayList<>();
  private final List<Evaluation> evaluationRows = new ArrayList<>();

  private FeedbackOverlay(
      TraceRecord trace,
      DecisionList decisions,
      Supplier<Map<String, String>> enclosingDecisions,
      List<LinkedFeedback> feedback) {
    this.trace = trace;
    this.decisions = decisions;
    this.inOrder = feedback.stream().sorted(BY_OCCURRENCE).toList();
    this.enclosingDecisions = enclosingDecisions;
  }

  /**
   * What laying feedback over rows adds to them.
   *
   * @param evaluations all there are, verdicts included
   * @param verdicts those of evaluators
   */
  public record Added(
      List<Evaluation> evaluations, List<Evaluation> verdicts, List<FeedbackRecord> feedback) {}

  /**
   * Sets what depends on feedback and verdicts, replacing what an earlier overlay set, where only
   * the rows are left.
   *
   * @param decisions the trace's decisions in order of their steps
   * @param enclosingDecisions gives, for spans that are no decision, the ID of the nearest one
   *     around them
   * @param feedback all feedback on the trace, in any order
   * @param verdicts of evaluators on the trace, in any order
   * @param evaluators judge again by what the feedback says
   * @param foldedPart what of the trace was folded, which is what they go by; null for all of it
   * @return rows for the feedback and the verdicts themselves
   */
  public static Added apply(
      TraceRecord trace,
      DecisionList decisions,
      Supplier<Map<String, String>> enclosingDecisions,
      List<LinkedFeedback> feedback,
      List<Evaluation> verdicts,
      Evaluators evaluators,
      @Nullable FoldedPart foldedPart) {
    FeedbackOverlay overlay = lay(trace, decisions, enclosingDecisions, feedback);
    return overlay.complete(
        VerdictRows.again(evaluators, FoldedPart.row(trace, foldedPart), decisions, verdicts));
  }

  /**
   * The first half of it: joins feedback to decisions and sets what came of each. Evaluators judge
   * the rows as they are then.
   */
  static FeedbackOverlay lay(
      TraceRecord trace,
      DecisionList decisions,
      Supplier<Map<String, String>> enclosingDecisions,
      List<LinkedFeedback> feedback) {
    FeedbackOverlay overlay = new FeedbackOverlay(trace, decisions, enclosingDecisions, feedback);
    overlay.join();
    decisions.lay(overlay::lay);
    return overlay;
  }

  /** The second half: lists what was evaluated, and sums up the trace. */
  Added complete(List<Evaluation> verdicts) {
    layOverTrace();
    layEvaluations(verdicts);
    evaluationRows.addAll(verdicts);
    evaluationRows.sort(Comparator.comparing(Evaluation::getEvaluationId));
    return new Added(evaluationRows, verdicts, feedbackRows);
  }

  /** Made when it is needed: most traces have no feedback and do not fail. */
  private DecisionIndex index() {
    if (index == null) {
      index = new DecisionIndex(decisions, enclosingDecisions);
    }
    return index;
  }

  private void join() {
    for (LinkedFeedback linked : inOrder) {
      FeedbackEvent event = linked.event();
      DecisionRecord decision = index().decisionOf(event);
      feedbackRows.add(FeedbackRows.row(linked, decision, trace));
      if (event.getKind() == FeedbackKind.EVALUATION) {
        evaluationRows.add(FeedbackRows.evaluation(event, decision, trace));
      } else if (decision != null) {
        outcomes
            .computeIfAbsent(decision.getDecisionId(), id -> new ArrayList<>())
            .add(FeedbackRows.feedbackOutcome(event));
      }
    }
  }

  /**
   * Lists what was evaluated, by time: for a decision what is about it, for the trace its own
   * verdicts, which sum up those on decisions, and all that feedback brought.
   */
  private void layEvaluations(List<Evaluation> verdicts) {
    Map<String, List<EvaluationOutcome>> byDecision = new HashMap<>();
    List<EvaluationOutcome> ofTrace = new ArrayList<>();
    Set<Evaluation> reached = Collections.newSetFromMap(new IdentityHashMap<>());
    reached.addAll(verdicts);
    List<Evaluation> all = new ArrayList<>(evaluationRows);
    all.addAll(verdicts);
    all.sort(BY_TIME);
    Double lowest = null;
    for (Evaluation row : all) {
      EvaluationOutcome outcome = FeedbackRows.evaluationOutcome(row);
      String decisionId = row.getDecisionId();
      if (decisionId != null) {
        byDecision.computeIfAbsent(decisionId, id -> new ArrayList<>()).add(outcome);
      }
      if (decisionId == null || !reached.contains(row)) {
        ofTrace.add(outcome);
      }
      Double score = row.getScore();
      if (score != null) {
        lowest = lowest == null ? score : Double.valueOf(Math.min(lowest, score));
      }
    }
    trace.setEvaluations(ofTrace);
    trace.setEvaluationMinScore(lowest);
    decisions.lay(
        decision ->
            decision.setEvaluations(byDecision.getOrDefault(decision.getDecisionId(), List.of())));
  }

  private void lay(DecisionRecord decision) {
    String id = decision.getDecisionId();
    List<FeedbackOutcome> own = outcomes.getOrDefault(id, List.of());
    decision.setFeedback(own);
    Instant end = decision.getEndedAt() == null ? decision.getStartedAt() : decision.getEndedAt();
    decision.setFeedbackLagMs(own.isEmpty() ? null : lag(end, own.get(0).getOccurredAt()));
    decision.setActualOutcome(actualOutcome(decision, own));
    decision.setOutcomeMatched(
        Outcomes.matched(
            decision.getExpectedOutcome(), decision.getActualOutcome(), decision.getStatus()));
  }

  static Long lag(Instant end, Instant judged) {
    return judged.toEpochMilli() - end.toEpochMilli();
  }

  /** What came of a decision: the world's word, else its error, else the tool's result. */
  private static @Nullable String actualOutcome(
      DecisionRecord decision, List<FeedbackOutcome> feedback) {
    for (int i = feedback.size() - 1; i >= 0; i--) {
      FeedbackOutcome outcome = feedback.get(i);
      if (outcome.getKind() == FeedbackKind.OUTCOME && outcome.getLabel() != null) {
        return outcome.getLabel();
      }
    }
    if (decision.getStatus() == Status.error) {
      return decision.getErrorMessage() != null
          ? decision.getErrorMessage()
          : decision.getErrorType();
    }
    return decision.getExpectedOutcome() == null ? null : decision.getToolResult();
  }

  private void layOverTrace() {
    List<FeedbackOutcome> judgements = new ArrayList<>();
    boolean condemned = false;
    boolean escalated = false;
    boolean rolledBack = false;
    double sum = 0;
    int scored = 0;
    for (LinkedFeedback linked : inOrder) {
      FeedbackEvent event = linked.event();
      Double score = event.getScore();
      condemned |= Boolean.FALSE.equals(event.getPassed());
      escalated |= event.getKind() == FeedbackKind.ESCALATION;
      rolledBack |= event.getKind() == FeedbackKind.ROLLBACK;
      if (event.getKind() != FeedbackKind.EVALUATION) {
        judgements.add(FeedbackRows.feedbackOutcome(event));
        if (score != null) {
          // In order of occurrence, so that rounding is the same whatever the order of arrival.
          sum += score;
          scored++;
        }
      }
    }
    trace.setFeedback(judgements);
    trace.setEscalated(escalated);
    trace.setRolledBack(rolledBack);
    trace.setFeedbackScore(scored == 0 ? null : Double.valueOf(sum / scored));
    trace.setFeedbackLagMs(
        trace.getEndedAt() == null || judgements.isEmpty()
            ? null
            : lag(trace.getEndedAt(), judgements.get(0).getOccurredAt()));
    boolean failed =
        condemned
            || escalated
            || rolledBack
            || trace.getStatus() == Status.error
            || trace.getErrorCount() > 0;
    trace.setSuspectDecisionId(failed ? suspect() : null);
  }

  /**
   * Where a failed trace went wrong first: the earliest step with a flag of what the agent did, on
   * the causal path to its first failed decision, or to its last one where none failed by itself.
   */
  private @Nullable String suspect() {
    DecisionRecord failed = null;
    for (DecisionRecord decision : decisions) {
      if (failed == null && decision.getStatus() == Status.error) {
        failed = decision;
      }
    }
    if (failed == null && !decisions.isEmpty()) {
      failed = decisions.get(decisions.size() - 1);
    }
    String earliest = null;
    Map<String, DecisionRecord> unvisited = new LinkedHashMap<>(index().byId());
    while (failed != null) {
      if (Warning.suspicious(failed.getFlags())) {
        earliest = failed.getDecisionId();
      }
      failed = failed.getParentId() == null ? null : unvisited.remove(failed.getParentId());
    }
    return earliest;
  }
}

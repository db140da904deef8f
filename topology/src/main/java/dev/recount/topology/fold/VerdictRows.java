package dev.recount.topology.fold;

import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.Phase;
import dev.recount.avro.SnapshotContent;
import dev.recount.avro.TraceRecord;
import dev.recount.topology.evaluation.Evaluators;
import dev.recount.topology.evaluation.Judgement;
import dev.recount.topology.evaluation.TraceFacts;
import dev.recount.topology.evaluation.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Hands what was folded to the evaluators, and turns their verdicts into rows. */
public final class VerdictRows {
  /** Stands between the ID of an evaluator and its version. */
  private static final char VERSION = '@';

  private VerdictRows() {}

  /**
   * The verdicts on a trace.
   *
   * @param trace the trace's row, complete but for verdicts
   * @param decisions likewise, in order of their steps
   * @return rows in no particular order
   */
  static List<Evaluation> of(
      Evaluators evaluators,
      TraceRecord trace,
      List<DecisionRecord> decisions,
      SpanTree tree,
      SnapshotHistory history) {
    if (evaluators.isEmpty()) {
      return List.of();
    }
    SpanNode root = tree.root();
    boolean rootEnded = root != null && root.span.getEndTimeUnixNano() != 0;
    List<Judgement> judgements =
        evaluators.judge(
            TraceFacts.of(trace, decisions, windows(history), rootEnded, characters(history)));
    return rows(judgements, trace, decisions);
  }

  /**
   * The verdicts on a trace of which only the rows are left.
   *
   * @param earlier verdicts from when its events were there; they stand where these were needed
   */
  static List<Evaluation> again(
      Evaluators evaluators,
      TraceRecord trace,
      List<DecisionRecord> decisions,
      List<Evaluation> earlier) {
    Map<String, List<Judgement>> judged = evaluators.judgeRows(trace, decisions);
    List<Evaluation> rows =
        rows(judged.values().stream().flatMap(List::stream).toList(), trace, decisions);
    for (Evaluation row : earlier) {
      if (!judged.containsKey(evaluatorOf(row))) {
        rows.add(row);
      }
    }
    return rows;
  }

  private static List<Evaluation> rows(
      List<Judgement> judgements, TraceRecord trace, List<DecisionRecord> decisions) {
    Map<String, DecisionRecord> byId = new HashMap<>();
    decisions.forEach(decision -> byId.put(decision.getDecisionId(), decision));
    List<Evaluation> rows = new ArrayList<>(judgements.size());
    for (Judgement judgement : judgements) {
      String decisionId = judgement.verdict().decisionId();
      rows.add(row(judgement, trace, decisionId == null ? null : byId.get(decisionId)));
    }
    return rows;
  }

  /**
   * Whether a row is an evaluator's verdict that faults a single decision: a detail of its verdict
   * on the trace, which stands in a row of its own. What feedback says of a decision is no such
   * row.
   */
  public static boolean faultsDecision(Evaluation row) {
    String decisionId = row.getDecisionId();
    return decisionId != null
        && row.getEvaluationId()
            .equals(idOf(row.getTraceId(), evaluatorOf(row), decisionId, row.getName()));
  }

  private static String idOf(String trace, String evaluator, String decisionId, String name) {
    return Identities.of(trace, "verdict", evaluator, decisionId, name);
  }

  /** The ID in front of the version. */
  private static String evaluatorOf(Evaluation row) {
    String evaluator = Objects.requireNonNullElse(row.getEvaluator(), "");
    int version = evaluator.indexOf(VERSION);
    return version < 0 ? evaluator : evaluator.substring(0, version);
  }

  private static List<TraceFacts.WindowFacts> windows(SnapshotHistory history) {
    List<TraceFacts.WindowFacts> windows = new ArrayList<>(history.inOrder().size());
    for (SnapshotNode snapshot : history.inOrder()) {
      windows.add(new TraceFacts.WindowFacts(snapshot.agent(), snapshot.window, snapshot.change));
    }
    return windows;
  }

  private static long characters(SnapshotHistory history) {
    long characters = 0;
    for (SnapshotContent content : history.contents().values()) {
      characters += content.getContent().length();
    }
    return characters;
  }

  private static Evaluation row(
      Judgement judgement, TraceRecord trace, @Nullable DecisionRecord decision) {
    Verdict verdict = judgement.verdict();
    Evaluation row = new Evaluation();
    row.setEvaluationId(
        idOf(
            trace.getTraceId(),
            judgement.evaluator(),
            decision == null ? "" : decision.getDecisionId(),
            verdict.name()));
    row.setTraceId(trace.getTraceId());
    row.setDecisionId(decision == null ? null : decision.getDecisionId());
    row.setSpanId(decision == null ? null : decision.getSpanId());
    row.setName(verdict.name());
    row.setEvaluator(judgement.evaluator() + VERSION + judgement.version());
    row.setScore(verdict.score());
    row.setLabel(verdict.label());
    row.setPassed(verdict.passed());
    row.setExplanation(explanation(verdict));
    row.setEvaluatedAt(evaluatedAt(trace, decision));
    row.setService(decision == null ? trace.getService() : decision.getService());
    row.setEnvironment(decision == null ? trace.getEnvironment() : decision.getEnvironment());
    row.setSessionId(decision == null ? trace.getSessionId() : decision.getSessionId());
    row.setUserId(decision == null ? trace.getUserId() : decision.getUserId());
    row.setVersions(decision == null ? trace.getVersions() : decision.getVersions());
    row.setRetained(true);
    row.setSampleWeight(1.0);
    row.setPhase(Phase.provisional);
    row.setKeyTime(Instant.EPOCH);
    return row;
  }

  /** The sentence and what it rests on. */
  private static @Nullable String explanation(Verdict verdict) {
    if (verdict.evidence().isEmpty()) {
      return verdict.explanation();
    }
    String evidence = "[" + String.join(", ", verdict.evidence()) + "]";
    return verdict.explanation() == null ? evidence : verdict.explanation() + " " + evidence;
  }

  /** What was judged is judged as of its own end: a clock would say something else on replay. */
  private static Instant evaluatedAt(TraceRecord trace, @Nullable DecisionRecord decision) {
    if (decision != null) {
      return decision.getEndedAt() != null ? decision.getEndedAt() : decision.getStartedAt();
    }
    return trace.getEndedAt() != null ? trace.getEndedAt() : trace.getStartedAt();
  }
}

package dev.recount.topology.evaluation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts the verdicts of one evaluation together: one for each decision that it faults, and one for
 * the trace, which is as bad as the worst of them.
 */
public final class Findings {
  /** Decisions that the verdict on the trace names. */
  private static final int MOST_EVIDENCE = 10;

  private final String name;
  private final List<Verdict> adverse = new ArrayList<>();
  private boolean applies;
  private double best = 1.0;
  private @Nullable Verdict ofTrace;

  /** Findings of an evaluation. */
  public Findings(String name) {
    this.name = name;
  }

  /** Notes that the trace has something that the evaluation is about. */
  public void apply() {
    applies = true;
  }

  /** Notes the score of something that passed: the trace's is no better. */
  public void pass(double score) {
    applies = true;
    best = Math.min(best, score);
  }

  /** Faults a decision. */
  public void fault(
      DecisionView decision, double score, String label, String explanation, List<String> because) {
    applies = true;
    List<String> evidence = new ArrayList<>();
    evidence.add(decision.id());
    because.stream().filter(id -> !id.equals(decision.id())).forEach(evidence::add);
    adverse.add(new Verdict(name, decision.id(), score, false, label, explanation, evidence));
  }

  /** Faults the trace as a whole. The worst score holds. */
  public void faultTrace(double score, String label, String explanation, List<String> because) {
    applies = true;
    if (ofTrace == null || ofTrace.score() == null || score < ofTrace.score()) {
      ofTrace = new Verdict(name, null, score, false, label, explanation, because);
    }
  }

  /** The verdicts, the one on the trace first; none when there was nothing to judge. */
  public List<Verdict> verdicts() {
    if (!applies) {
      return List.of();
    }
    List<Verdict> verdicts = new ArrayList<>(adverse.size() + 1);
    verdicts.add(ofTrace());
    verdicts.addAll(adverse);
    return verdicts;
  }

  private Verdict ofTrace() {
    Verdict worst = ofTrace;
    for (Verdict verdict : adverse) {
      if (worst == null || score(verdict) < score(worst)) {
        worst = verdict;
      }
    }
    if (worst == null) {
      return new Verdict(name, null, best, true, Verdict.PASSED, null, List.of());
    }
    List<String> evidence = new ArrayList<>(worst.evidence());
    for (Verdict verdict : adverse) {
      if (evidence.size() < MOST_EVIDENCE && !evidence.contains(verdict.decisionId())) {
        evidence.add(String.valueOf(verdict.decisionId()));
      }
    }
    String explanation =
        adverse.size() > 1
            ? worst.explanation() + " (" + adverse.size() + " decisions in all)"
            : worst.explanation();
    return new Verdict(
        name,
        null,
        Math.min(best, score(worst)),
        false,
        worst.label(),
        explanation,
        evidence.subList(0, Math.min(MOST_EVIDENCE, evidence.size())));
  }

  private static double score(Verdict verdict) {
    Double score = verdict.score();
    return score == null ? 0 : score;
  }
}

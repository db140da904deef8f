package dev.recount.topology.evaluation.builtin;

import dev.recount.avro.FeedbackKind;
import dev.recount.topology.evaluation.Budget;
import dev.recount.topology.evaluation.DecisionView;
import dev.recount.topology.evaluation.Evaluator;
import dev.recount.topology.evaluation.Findings;
import dev.recount.topology.evaluation.Parameters;
import dev.recount.topology.evaluation.Subject;
import dev.recount.topology.evaluation.TraceView;
import dev.recount.topology.evaluation.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decisions that the agent was sure of and that went wrong. The score is 1 less the squared
 * distance between confidence and outcome (Brier's), so that its mean over many traces says how
 * well an agent knows itself.
 */
public final class ConfidenceAgainstOutcome implements Evaluator {
  private final double sure;

  /** With the defaults. */
  public ConfidenceAgainstOutcome() {
    this(0.8);
  }

  private ConfidenceAgainstOutcome(double sure) {
    this.sure = sure;
  }

  @Override
  public String id() {
    return "confidence_against_outcome";
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public Subject judges() {
    return Subject.DECISION;
  }

  @Override
  public Evaluator configure(Parameters parameters) {
    return new ConfidenceAgainstOutcome(parameters.share("sure", sure));
  }

  @Override
  public List<Verdict> evaluate(TraceView trace, Budget budget) {
    Findings findings = new Findings(id());
    for (DecisionView decision : trace.decisions()) {
      Double confidence = decision.confidence();
      String wrong = wrong(decision);
      if (confidence == null || (wrong == null && !decision.succeeded())) {
        continue;
      }
      double distance = wrong == null ? 1 - confidence : confidence;
      double score = 1 - distance * distance;
      if (wrong != null && confidence >= sure) {
        findings.fault(
            decision,
            score,
            "overconfident",
            "The agent's confidence was " + confidence + ", but " + wrong,
            List.of());
      } else {
        findings.pass(score);
      }
    }
    return findings.verdicts();
  }

  /** How the decision went wrong; null when it is not known to. */
  private static @Nullable String wrong(DecisionView decision) {
    if (decision.failed()) {
      return "it failed";
    }
    if (Boolean.FALSE.equals(decision.outcomeMatched())) {
      return "its outcome is not the expected one";
    }
    if (decision.hasFeedback(FeedbackKind.ROLLBACK)) {
      return "it was rolled back";
    }
    if (decision.hasFeedback(FeedbackKind.CORRECTION)) {
      return "it was corrected";
    }
    return decision.hasFeedback(FeedbackKind.ESCALATION) ? "a person had to take over" : null;
  }
}

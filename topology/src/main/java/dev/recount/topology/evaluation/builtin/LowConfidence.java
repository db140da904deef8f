package dev.recount.topology.evaluation.builtin;

import dev.recount.topology.evaluation.Budget;
import dev.recount.topology.evaluation.DecisionView;
import dev.recount.topology.evaluation.Evaluator;
import dev.recount.topology.evaluation.EventView;
import dev.recount.topology.evaluation.Findings;
import dev.recount.topology.evaluation.Memory;
import dev.recount.topology.evaluation.Parameters;
import dev.recount.topology.evaluation.Subject;
import dev.recount.topology.evaluation.TraceView;
import dev.recount.topology.evaluation.Verdict;
import java.util.List;

/** Decisions that the agent itself was not sure of. Needs agents that state their confidence. */
public final class LowConfidence implements Evaluator {
  private final double threshold;

  /** With the defaults. */
  public LowConfidence() {
    this(0.5);
  }

  private LowConfidence(double threshold) {
    this.threshold = threshold;
  }

  @Override
  public String id() {
    return "low_confidence";
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
    return new LowConfidence(parameters.share("threshold", threshold));
  }

  @Override
  public boolean watches() {
    return true;
  }

  @Override
  public boolean suspects(EventView event) {
    Double confidence = event.confidence();
    return confidence != null && confidence < threshold;
  }

  @Override
  public boolean needsTrace(EventView event) {
    return false;
  }

  @Override
  public List<Verdict> judgeEvent(TraceView event, Memory memory, Budget budget) {
    return evaluate(event, budget);
  }

  @Override
  public List<Verdict> evaluate(TraceView trace, Budget budget) {
    Findings findings = new Findings(id());
    for (DecisionView decision : trace.decisions()) {
      Double confidence = decision.confidence();
      if (confidence == null) {
        continue;
      }
      if (confidence < threshold) {
        findings.fault(
            decision,
            confidence,
            "unsure",
            "The agent's confidence was " + confidence + ", less than " + threshold,
            List.of());
      } else {
        findings.pass(confidence);
      }
    }
    return findings.verdicts();
  }
}

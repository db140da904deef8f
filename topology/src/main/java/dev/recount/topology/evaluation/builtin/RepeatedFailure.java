package dev.recount.topology.evaluation.builtin;

import dev.recount.topology.evaluation.Budget;
import dev.recount.topology.evaluation.DecisionView;
import dev.recount.topology.evaluation.Evaluator;
import dev.recount.topology.evaluation.Findings;
import dev.recount.topology.evaluation.Parameters;
import dev.recount.topology.evaluation.Subject;
import dev.recount.topology.evaluation.TraceView;
import dev.recount.topology.evaluation.Verdict;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A step that fails several times in a row: the same tool of the same agent, or the same agent's
 * calls of a model, without a success between.
 */
public final class RepeatedFailure implements Evaluator {
  private final int failures;

  /** With the defaults. */
  public RepeatedFailure() {
    this(2);
  }

  private RepeatedFailure(int failures) {
    this.failures = failures;
  }

  @Override
  public String id() {
    return "repeated_failure";
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
    return new RepeatedFailure(parameters.whole("failures", failures, 2, 1000));
  }

  private record Step(String agent, String kind, String tool) {}

  private record Row(DecisionView first, int length) {}

  @Override
  public List<Verdict> evaluate(TraceView trace, Budget budget) {
    Findings findings = new Findings(id());
    Map<Step, Row> rows = new HashMap<>();
    for (DecisionView decision : trace.decisions()) {
      String tool = decision.toolName();
      Step step = new Step(decision.agent(), decision.kind().name(), tool == null ? "" : tool);
      if (decision.succeeded()) {
        findings.apply();
        rows.remove(step);
      } else if (decision.failed()) {
        findings.apply();
        Row before = rows.get(step);
        Row row =
            before == null ? new Row(decision, 1) : new Row(before.first(), before.length() + 1);
        rows.put(step, row);
        if (row.length() >= failures) {
          String what = tool == null ? decision.kind().name() : tool;
          findings.fault(
              decision,
              1.0 / (row.length() + 1),
              "failing",
              what + " failed " + row.length() + " times in a row",
              List.of(row.first().id()));
        }
      }
    }
    return findings.verdicts();
  }
}

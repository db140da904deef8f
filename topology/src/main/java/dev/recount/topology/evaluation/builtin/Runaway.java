package dev.recount.topology.evaluation.builtin;

import dev.recount.avro.DecisionKind;
import dev.recount.topology.evaluation.Budget;
import dev.recount.topology.evaluation.DecisionView;
import dev.recount.topology.evaluation.Evaluator;
import dev.recount.topology.evaluation.Findings;
import dev.recount.topology.evaluation.Parameters;
import dev.recount.topology.evaluation.Subject;
import dev.recount.topology.evaluation.TraceView;
import dev.recount.topology.evaluation.Verdict;
import java.util.List;
import java.util.Locale;

/**
 * A trace that takes more calls of a model, more calls of tools, more tokens or more money than any
 * trace should. The decision at which it passes a limit is faulted.
 */
public final class Runaway implements Evaluator {
  private static final double NANO = 1e9;

  private final double modelCalls;
  private final double toolCalls;
  private final double tokens;
  private final double costUsd;

  /** With the defaults. */
  public Runaway() {
    this(50, 50, 1_000_000, 5);
  }

  private Runaway(double modelCalls, double toolCalls, double tokens, double costUsd) {
    this.modelCalls = modelCalls;
    this.toolCalls = toolCalls;
    this.tokens = tokens;
    this.costUsd = costUsd;
  }

  @Override
  public String id() {
    return "runaway";
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
    return new Runaway(
        parameters.number("model_calls", modelCalls),
        parameters.number("tool_calls", toolCalls),
        parameters.number("tokens", tokens),
        parameters.number("cost_usd", costUsd));
  }

  /** What has been taken so far, of one kind. */
  private static final class Meter {
    final double limit;
    double taken;

    Meter(double limit) {
      this.limit = limit;
    }

    /** Takes more; says whether that passed the limit. */
    boolean passes(double more) {
      boolean within = taken <= limit;
      taken += more;
      return within && taken > limit;
    }

    double share() {
      return limit <= 0 ? 0 : taken / limit;
    }
  }

  @Override
  public List<Verdict> evaluate(TraceView trace, Budget budget) {
    Findings findings = new Findings(id());
    Meter models = new Meter(modelCalls);
    Meter tools = new Meter(toolCalls);
    Meter read = new Meter(tokens);
    Meter cost = new Meter(costUsd);
    for (DecisionView decision : trace.decisions()) {
      boolean model = decision.kind() == DecisionKind.MODEL_CALL;
      if (!model && decision.kind() != DecisionKind.TOOL_CALL) {
        continue;
      }
      Long total = decision.totalTokens();
      Long nano = decision.costNanoUsd();
      if (model && models.passes(1)) {
        fault(findings, decision, "model_calls", modelCalls);
      }
      if (!model && tools.passes(1)) {
        fault(findings, decision, "tool_calls", toolCalls);
      }
      if (total != null && read.passes(total)) {
        fault(findings, decision, "tokens", tokens);
      }
      if (nano != null && cost.passes(nano / NANO)) {
        fault(findings, decision, "cost", costUsd);
      }
    }
    double most =
        Math.max(Math.max(models.share(), tools.share()), Math.max(read.share(), cost.share()));
    if (models.taken + tools.taken > 0) {
      findings.pass(1 - Math.min(1, most) / 2);
    }
    if (most > 1) {
      // Also says how far it went, and not only where it began.
      findings.faultTrace(
          0.5 / most,
          "runaway",
          String.format(
              Locale.ROOT,
              "%.0f calls of models, %.0f of tools, %.0f tokens, %.2f US dollars",
              models.taken,
              tools.taken,
              read.taken,
              cost.taken),
          List.of());
    }
    return findings.verdicts();
  }

  private static void fault(Findings findings, DecisionView decision, String of, double limit) {
    String shown = limit == Math.rint(limit) ? Long.toString((long) limit) : Double.toString(limit);
    findings.fault(
        decision,
        0.5,
        of,
        "Here the trace passed its limit of " + shown + " (" + of + ")",
        List.of());
  }
}

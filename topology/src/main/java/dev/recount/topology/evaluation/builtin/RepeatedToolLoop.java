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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The same tool called again and again with the same arguments, or nearly so, without anything new
 * in its results. A result that differs is progress and starts the count anew, as does a call with
 * other arguments.
 */
public final class RepeatedToolLoop implements Evaluator {
  private final int calls;
  private final double similarity;
  private final Names ignored;

  /** With the defaults. */
  public RepeatedToolLoop() {
    this(3, 0.9, new Names(List.of()));
  }

  private RepeatedToolLoop(int calls, double similarity, Names ignored) {
    this.calls = calls;
    this.similarity = similarity;
    this.ignored = ignored;
  }

  @Override
  public String id() {
    return "repeated_tool_loop";
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
    return new RepeatedToolLoop(
        parameters.whole("calls", calls, 2, 1000),
        parameters.share("similarity", similarity),
        new Names(parameters.texts("ignore_tools", List.of())));
  }

  private record Tool(String agent, String name) {}

  /** The calls of a tool since the last that brought something new. */
  private static final class Run {
    final DecisionView first;
    final String arguments;
    @Nullable String result;
    int length = 1;
    private @Nullable Set<Integer> words;

    Run(DecisionView call) {
      this.first = call;
      this.arguments = arguments(call);
      this.result = call.result();
    }

    /** The words of the arguments: looked for only where they are not simply the same. */
    Set<Integer> words() {
      Set<Integer> known = words;
      if (known == null) {
        known = Words.of(arguments);
        words = known;
      }
      return known;
    }
  }

  @Override
  public List<Verdict> evaluate(TraceView trace, Budget budget) {
    Findings findings = new Findings(id());
    Map<Tool, Run> runs = new HashMap<>();
    for (DecisionView decision : trace.decisions()) {
      String name = decision.toolName();
      if (!decision.isToolCall() || name == null || ignored.match(name)) {
        continue;
      }
      findings.apply();
      Tool tool = new Tool(decision.agent(), name);
      Run run = runs.get(tool);
      budget.chargeFor(arguments(decision));
      if (run == null || !repeats(run, decision)) {
        runs.put(tool, new Run(decision));
        continue;
      }
      run.length++;
      run.result = decision.result();
      if (run.length >= calls) {
        findings.fault(
            decision,
            1.0 / run.length,
            "loop",
            name + " was called " + run.length + " times in much the same way, to no new result",
            List.of(run.first.id()));
      }
    }
    return findings.verdicts();
  }

  /** Whether a call is the last one once more, and brought nothing new. */
  private boolean repeats(Run run, DecisionView call) {
    String result = call.result();
    boolean same = run.arguments.equals(arguments(call));
    // What was not recorded is no progress, provided that really the same was asked.
    boolean nothingNew =
        call.failed() || (result == null || run.result == null ? same : result.equals(run.result));
    return nothingNew
        && (same || Words.similarity(run.words(), Words.of(arguments(call))) >= similarity);
  }

  private static String arguments(DecisionView call) {
    String arguments = call.arguments();
    return arguments == null ? "" : arguments;
  }
}

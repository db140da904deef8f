package dev.recount.topology.evaluation.builtin;

import dev.recount.avro.DecisionKind;
import dev.recount.topology.evaluation.Budget;
import dev.recount.topology.evaluation.DecisionView;
import dev.recount.topology.evaluation.Evaluator;
import dev.recount.topology.evaluation.Findings;
import dev.recount.topology.evaluation.Subject;
import dev.recount.topology.evaluation.TraceView;
import dev.recount.topology.evaluation.Verdict;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was planned or begun and never finished: a step without an end after which its agent went
 * on, and a plan that names a tool which was not called by the time the trace had ended. A later
 * plan of the same agent takes the place of an earlier one.
 */
public final class AbandonedSubtask implements Evaluator {
  @Override
  public String id() {
    return "abandoned_subtask";
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
  public List<Verdict> evaluate(TraceView trace, Budget budget) {
    Findings findings = new Findings(id());
    Map<String, Integer> wentOn = new HashMap<>();
    Map<String, DecisionView> plans = new HashMap<>();
    Map<String, Integer> lastCall = new HashMap<>();
    Set<String> tools = new HashSet<>();
    for (DecisionView decision : trace.decisions()) {
      boolean turn =
          decision.kind() == DecisionKind.MODEL_CALL || decision.kind() == DecisionKind.RESPONSE;
      if (turn) {
        wentOn.put(decision.agent(), decision.step());
      }
      String tool = decision.toolName();
      if (decision.isToolCall() && tool != null) {
        findings.apply();
        lastCall.put(tool, decision.step());
        tools.add(tool);
        budget.charge(decision.considered().size());
        tools.addAll(decision.considered());
      }
      if (decision.kind() == DecisionKind.PLAN) {
        findings.apply();
        plans.put(decision.agent(), decision);
      }
    }
    for (DecisionView decision : trace.decisions()) {
      boolean begun = !decision.succeeded() && !decision.failed() && decision.endedAt() == null;
      boolean task =
          decision.kind() == DecisionKind.TOOL_CALL
              || decision.kind() == DecisionKind.PLAN
              || decision.kind() == DecisionKind.HANDOFF;
      if (begun && task && wentOn.getOrDefault(decision.agent(), 0) > decision.step()) {
        findings.fault(
            decision,
            0,
            "never_finished",
            name(decision) + " was begun and never finished, and the agent went on",
            List.of());
      } else if (trace.rootEnded() && decision.id().equals(idOf(plans.get(decision.agent())))) {
        judgePlan(decision, tools, lastCall, findings, budget);
      }
    }
    return findings.verdicts();
  }

  private static String idOf(@Nullable DecisionView plan) {
    return plan == null ? "" : plan.id();
  }

  private static String name(DecisionView decision) {
    String name = decision.toolName() != null ? decision.toolName() : decision.name();
    return name == null ? decision.kind().name() : name;
  }

  private static void judgePlan(
      DecisionView plan,
      Set<String> tools,
      Map<String, Integer> lastCall,
      Findings findings,
      Budget budget) {
    Set<String> planned = new LinkedHashSet<>();
    for (String text : new String[] {plan.chosen(), plan.rationale()}) {
      if (text != null) {
        budget.chargeFor(text);
        addTools(text, tools, planned);
      }
    }
    long done =
        planned.stream().filter(tool -> lastCall.getOrDefault(tool, 0) > plan.step()).count();
    if (done < planned.size()) {
      List<String> missing =
          planned.stream()
              .filter(tool -> lastCall.getOrDefault(tool, 0) <= plan.step())
              .sorted()
              .toList();
      findings.fault(
          plan,
          (double) done / planned.size(),
          "not_carried_out",
          "Planned and never called: " + Shown.beginning(String.join(", ", missing)),
          List.of());
    }
  }

  /** Adds the tools that a text names. */
  private static void addTools(String text, Set<String> tools, Set<String> named) {
    int start = -1;
    for (int i = 0; i <= text.length(); i++) {
      char letter = i < text.length() ? text.charAt(i) : ' ';
      boolean inName = Character.isLetterOrDigit(letter) || letter == '_' || letter == '-';
      if (inName && start < 0) {
        start = i;
      } else if (!inName && start >= 0) {
        String word = text.substring(start, i);
        if (tools.contains(word)) {
          named.add(word);
        }
        start = -1;
      }
    }
  }
}

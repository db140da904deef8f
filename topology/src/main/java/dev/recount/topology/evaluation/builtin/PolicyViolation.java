package dev.recount.topology.evaluation.builtin;

import dev.recount.avro.DecisionKind;
import dev.recount.topology.evaluation.Budget;
import dev.recount.topology.evaluation.DecisionView;
import dev.recount.topology.evaluation.Evaluator;
import dev.recount.topology.evaluation.EventView;
import dev.recount.topology.evaluation.Parameters;
import dev.recount.topology.evaluation.Subject;
import dev.recount.topology.evaluation.TraceView;
import dev.recount.topology.evaluation.Verdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a team's own rules forbid: over tools, their arguments, the order of calls and labels, as in
 * "never refund above 500 without an approval before it". Without rules it says nothing.
 */
public final class PolicyViolation implements Evaluator {
  /** A shorter piece of a tool's name is in any text. */
  private static final int SHORTEST_LITERAL = 3;

  /** Units of work that looking at one event may take. */
  private static final long EVENT_BUDGET = 10_000;

  private final List<Policy> policies;

  /** Without rules. */
  public PolicyViolation() {
    this(List.of());
  }

  private PolicyViolation(List<Policy> policies) {
    this.policies = policies;
  }

  @Override
  public String id() {
    return "policy_violation";
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
    List<Policy> read = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Parameters section : parameters.sections("policies")) {
      Policy policy = Policy.read(section);
      if (!names.add(policy.name())) {
        throw section.malformed(
            "name", "there are two policies called '" + policy.name() + "'", "rename one");
      }
      read.add(policy);
    }
    return new PolicyViolation(read);
  }

  @Override
  public boolean watches() {
    return !policies.isEmpty();
  }

  /** A call that a policy speaks of, or a model's answer that asks for such a tool. */
  @Override
  public boolean suspects(EventView event) {
    for (Policy policy : policies) {
      DecisionPattern subject = policy.subject();
      if (event.kind() == DecisionKind.TOOL_CALL
          && subject.mayMatch(event.toolName(), event.arguments(), new Budget(EVENT_BUDGET))) {
        return true;
      }
      if (event.kind() == DecisionKind.MODEL_CALL) {
        for (String literal : subject.literals()) {
          if (literal.length() >= SHORTEST_LITERAL && event.asksFor().test(literal)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  @Override
  public List<Verdict> evaluate(TraceView trace, Budget budget) {
    if (policies.isEmpty()) {
      return List.of();
    }
    List<Policy.Course> courses = new ArrayList<>();
    for (Policy policy : policies) {
      courses.add(policy.new Course(id()));
    }
    for (DecisionView decision : trace.decisions()) {
      ParsedDecision parsed = new ParsedDecision(decision);
      for (Policy.Course course : courses) {
        course.take(parsed, budget);
      }
    }
    List<Verdict> verdicts = new ArrayList<>();
    courses.forEach(course -> verdicts.addAll(course.findings().verdicts()));
    return verdicts;
  }
}

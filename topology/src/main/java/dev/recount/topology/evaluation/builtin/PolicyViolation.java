package dev.recount.topology.evaluation.builtin;

import dev.recount.topology.evaluation.Budget;
import dev.recount.topology.evaluation.DecisionView;
import dev.recount.topology.evaluation.Evaluator;
import dev.recount.topology.evaluation.EventView;
import dev.recount.topology.evaluation.Memory;
import dev.recount.topology.evaluation.Parameters;
import dev.recount.topology.evaluation.Subject;
import dev.recount.topology.evaluation.TraceView;
import dev.recount.topology.evaluation.Verdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * What a team's own rules forbid: over tools, their arguments, the order of calls and labels, as in
 * "never refund above 500 without an approval before it". Without rules it says nothing.
 */
public final class PolicyViolation implements Evaluator {
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
    return policies.stream()
        .anyMatch(policy -> policy.subject().mayMatch(event, new Budget(EVENT_BUDGET)));
  }

  @Override
  public boolean needsTrace(EventView event) {
    return false;
  }

  /** What must come before, and what must not. */
  @Override
  public boolean remembers(EventView event) {
    return policies.stream()
        .flatMap(Policy::precedents)
        .anyMatch(precedent -> precedent.pattern().mayMatch(event, new Budget(EVENT_BUDGET)));
  }

  @Override
  public List<Verdict> judgeEvent(TraceView event, Memory memory, Budget budget) {
    return judge(event, policy -> new Past.Remembered(memory, policy.name()), budget);
  }

  @Override
  public List<Verdict> evaluate(TraceView trace, Budget budget) {
    return judge(trace, policy -> new Past.Seen(), budget);
  }

  private List<Verdict> judge(TraceView trace, Function<Policy, Past> pasts, Budget budget) {
    List<Policy.Course> courses = new ArrayList<>();
    for (Policy policy : policies) {
      courses.add(policy.new Course(id(), pasts.apply(policy)));
    }
    List<DecisionView> decisions = policies.isEmpty() ? List.of() : trace.decisions();
    for (DecisionView decision : decisions) {
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

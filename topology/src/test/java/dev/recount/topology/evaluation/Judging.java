package dev.recount.topology.evaluation;

import java.util.List;
import java.util.Objects;

/** Judges made-up traces by one evaluator. */
public final class Judging {
  private Judging() {}

  /** The evaluator of an ID, set up by YAML that stands under its ID. */
  public static Evaluators only(String id, String settings) {
    StringBuilder yaml = new StringBuilder("evaluators:\n");
    for (String other : Evaluators.standard().ids()) {
      if (!other.equals(id)) {
        yaml.append("  ").append(other).append(": off\n");
      }
    }
    if (!settings.isBlank()) {
      yaml.append("  ").append(id).append(":\n").append(settings.indent(4));
    }
    return Evaluators.of(yaml.toString());
  }

  /** The verdicts of an evaluator with its defaults. */
  public static List<Verdict> judge(String id, TraceFacts facts) {
    return judge(id, "", facts);
  }

  /** The verdicts of an evaluator with settings. */
  public static List<Verdict> judge(String id, String settings, TraceFacts facts) {
    return verdicts(only(id, settings), facts);
  }

  /** The verdicts of an evaluator that is none of Recount's. */
  public static List<Verdict> judge(Evaluator evaluator, TraceFacts facts) {
    return verdicts(new Evaluators(List.of(evaluator), Limits.STANDARD), facts);
  }

  private static List<Verdict> verdicts(Evaluators evaluators, TraceFacts facts) {
    return evaluators.judge(facts).stream().map(Judgement::verdict).toList();
  }

  /** Decisions that were faulted, in the order in which they were told. */
  public static List<String> faulted(List<Verdict> verdicts) {
    return verdicts.stream()
        .filter(Verdict::adverse)
        .filter(verdict -> verdict.decisionId() != null)
        .map(verdict -> Objects.requireNonNull(verdict.decisionId()))
        .toList();
  }
}

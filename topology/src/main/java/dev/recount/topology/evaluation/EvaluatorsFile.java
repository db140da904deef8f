package dev.recount.topology.evaluation;

import dev.recount.schemas.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;

/**
 * Reads the settings of evaluators from YAML:
 *
 * <pre>{@code
 * passed_verdicts: on          # say of every trace by which evaluators it passed
 * decision_verdicts: 20        # verdicts on single decisions, per evaluation and trace
 * budget: {base: 10000, passes: 8}
 * evaluators:
 *   low_confidence: {threshold: 0.6}
 *   runaway: off
 *   policy_violation:
 *     policies:
 *       - name: refund_needs_approval
 *         tool: refund*
 *         where: {amount: "> 500"}
 *         requires_before: {tool: approve_refund}
 * }</pre>
 */
final class EvaluatorsFile {
  private EvaluatorsFile() {}

  /** All evaluators that are found, with their defaults. */
  static Evaluators standard() {
    return new Evaluators(new ArrayList<>(found().values()), Limits.STANDARD);
  }

  /** Evaluators by their IDs, whoever brings them; in order, so that the order of files is none. */
  private static Map<String, Evaluator> found() {
    Map<String, Evaluator> found = new TreeMap<>();
    for (Evaluator evaluator :
        ServiceLoader.load(Evaluator.class, Evaluator.class.getClassLoader())) {
      if (!evaluator.id().matches("[a-z][a-z0-9_]{0,63}")) {
        throw new ServiceConfigurationError(
            evaluator.getClass().getName()
                + " calls itself '"
                + evaluator.id()
                + "'; the ID of an evaluator is up to 64 lower-case letters, digits and"
                + " underscores, a letter first");
      }
      Evaluator other = found.put(evaluator.id(), evaluator);
      if (other != null) {
        throw new ServiceConfigurationError(
            "Both "
                + other.getClass().getName()
                + " and "
                + evaluator.getClass().getName()
                + " are evaluators called '"
                + evaluator.id()
                + "'; take one of them off the class path");
      }
    }
    return found;
  }

  /**
   * Reads settings.
   *
   * @param file what messages call it
   * @param yaml its text
   * @throws dev.recount.schemas.yaml.YamlException with line, column and remedy when it cannot be
   *     followed
   */
  static Evaluators read(String file, String yaml) {
    Parameters root = Parameters.of("the file", YamlNode.read(file, yaml));
    Limits limits = limits(root);
    Map<String, Evaluator> evaluators = new LinkedHashMap<>(found());
    Parameters sections = root.section("evaluators");
    if (sections != null) {
      evaluators.replaceAll((id, evaluator) -> configured(evaluator, sections));
      evaluators.keySet().removeIf(id -> sections.isScalar(id) && !sections.flag(id, true));
      sections.refuseUnknown();
    }
    root.refuseUnknown();
    return new Evaluators(new ArrayList<>(evaluators.values()), limits);
  }

  private static Limits limits(Parameters root) {
    boolean passed = root.flag("passed_verdicts", true);
    int verdicts = root.whole("decision_verdicts", Limits.DECISION_VERDICTS, 0, 10_000);
    Parameters budget = root.section("budget");
    if (budget == null) {
      return new Limits(passed, verdicts, Limits.BUDGET_BASE, Limits.BUDGET_PASSES);
    }
    Limits limits =
        new Limits(
            passed,
            verdicts,
            budget.whole("base", Limits.BUDGET_BASE, 0, 1_000_000),
            budget.whole("passes", Limits.BUDGET_PASSES, 1, 100));
    budget.refuseUnknown();
    return limits;
  }

  private static Evaluator configured(Evaluator evaluator, Parameters sections) {
    if (!sections.has(evaluator.id()) || sections.isScalar(evaluator.id())) {
      return evaluator;
    }
    Parameters own = sections.section(evaluator.id());
    if (own == null) {
      return evaluator;
    }
    Evaluator configured = evaluator.configure(own);
    own.refuseUnknown();
    return configured;
  }
}

package dev.recount.topology.evaluation;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.Node;

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
        throw new SettingsException(
            evaluator.getClass().getName()
                + " calls itself '"
                + evaluator.id()
                + "'; the ID of an evaluator is up to 64 lower-case letters, digits and"
                + " underscores, a letter first");
      }
      Evaluator other = found.put(evaluator.id(), evaluator);
      if (other != null) {
        throw new SettingsException(
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
   */
  static Evaluators read(String file, String yaml) {
    Parameters root = parse(file, yaml);
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

  private static Parameters parse(String file, String yaml) {
    Node root;
    try {
      root = new Yaml(new LoaderOptions()).compose(new StringReader(yaml));
    } catch (MarkedYAMLException malformed) {
      int line = malformed.getProblemMark() == null ? 0 : malformed.getProblemMark().getLine();
      int column = malformed.getProblemMark() == null ? 0 : malformed.getProblemMark().getColumn();
      throw new SettingsException(
          file
              + " line "
              + (line + 1)
              + ", column "
              + (column + 1)
              + ": this is not YAML: "
              + malformed.getProblem());
    }
    return root == null ? Parameters.none() : Parameters.of(file, "the file", root);
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

package dev.recount.topology.evaluation;

/**
 * How much evaluators may say and do.
 *
 * @param passed whether a trace that passes is said so; without it, shares have no denominator
 * @param decisionVerdicts verdicts on single decisions, per evaluation and trace
 * @param budgetBase units of work that every evaluator has for a trace
 * @param budgetPasses how many times it may read all of the trace beyond that
 */
record Limits(boolean passed, int decisionVerdicts, int budgetBase, int budgetPasses) {
  static final int DECISION_VERDICTS = 20;
  static final int BUDGET_BASE = 10_000;
  static final int BUDGET_PASSES = 8;

  static final Limits STANDARD = new Limits(true, DECISION_VERDICTS, BUDGET_BASE, BUDGET_PASSES);

  /** The budget of one evaluator for a trace of so many units. */
  Budget budget(long units) {
    return new Budget(budgetBase + budgetPasses * units);
  }
}

package dev.recount.topology.evaluation;

import java.util.List;

/**
 * Judges traces. Implementations are found with {@link java.util.ServiceLoader} and named in {@code
 * evaluators.yaml} by their ID.
 *
 * <p>A verdict must follow from the view alone: no clock, no random number, no network, no state
 * between traces. One evaluator serves all threads at the same time. It may be called for a trace
 * again and again as more of it arrives; what it said before is replaced or withdrawn.
 */
public interface Evaluator {
  /** Identifier in settings and in the IDs of verdicts: lower-case letters, digits, underscores. */
  String id();

  /** Version of what it does; verdicts carry it. */
  String version();

  /** What its verdicts are about: whole traces, or decisions too. */
  Subject judges();

  /**
   * The same evaluator with a team's own settings.
   *
   * @param parameters what {@code evaluators.yaml} says of it; every setting has a default
   * @throws SettingsException when a setting cannot be followed
   */
  default Evaluator configure(Parameters parameters) {
    return this;
  }

  /**
   * Judges a trace.
   *
   * @param trace what is known of it so far; reading from it charges the budget
   * @param budget to be charged for work beyond reading
   * @return verdicts; empty when there is nothing in the trace for this evaluator to judge. {@link
   *     Findings} puts them together
   * @throws BudgetExceededException from the budget, not to be caught
   */
  List<Verdict> evaluate(TraceView trace, Budget budget);

  /**
   * Whether a single event calls for judging its trace at once instead of when it settles. Must be
   * cheap: it is asked of every event as it comes in.
   */
  default boolean suspects(EventView event) {
    return false;
  }

  /** Whether {@link #suspects} can be true of any event, by the settings. */
  default boolean watches() {
    return false;
  }
}

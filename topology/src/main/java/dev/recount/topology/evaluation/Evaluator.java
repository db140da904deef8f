package dev.recount.topology.evaluation;

import dev.recount.schemas.yaml.YamlException;
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
   * @throws YamlException when a setting cannot be followed
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
   * Whether a single event calls for judging at once, instead of when its trace settles. Must be
   * cheap: it is asked of every event as it comes in.
   */
  default boolean suspects(EventView event) {
    return false;
  }

  /**
   * Whether this evaluator can judge an event that it suspects only together with the rest of the
   * trace. Then the trace is folded for it, which a large one is only now and then.
   */
  default boolean needsTrace(EventView event) {
    return true;
  }

  /**
   * Whether {@link #judgeEvent} has to see an event that is not suspect, since what it will say of
   * others rests on it. Asked of every event too.
   */
  default boolean remembers(EventView event) {
    return false;
  }

  /**
   * Judges what a single event tells, as soon as it is there and whatever the size of its trace. It
   * is asked about every event that is suspect or to be remembered, one after the other as they
   * come, and may be asked about a decision more than once. Only verdicts that fault a decision
   * count, and only until the trace is folded: then what {@link #evaluate} says holds.
   *
   * @param event a view that knows of nothing but this event
   * @param memory what has been remembered of events before
   * @param budget as for a trace of this size
   */
  default List<Verdict> judgeEvent(TraceView event, Memory memory, Budget budget) {
    return List.of();
  }

  /** Whether {@link #suspects} or {@link #remembers} can be true of any event, by the settings. */
  default boolean watches() {
    return false;
  }
}

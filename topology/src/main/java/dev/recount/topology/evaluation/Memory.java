package dev.recount.topology.evaluation;

import org.jspecify.annotations.Nullable;

/**
 * What an evaluator remembers of the single events of one trace, so that it can judge the next one
 * without looking at the others again. Each evaluator has its own, by its settings; it is given up
 * with the trace's state.
 */
public interface Memory {
  /** What was remembered under a name; null for nothing. */
  @Nullable String recall(String name);

  /** Remembers something under a name, in the place of what was there. */
  void remember(String name, String value);
}

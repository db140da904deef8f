package dev.recount.topology.evaluation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an evaluator says of a trace or of one of its decisions.
 *
 * @param name name of the evaluation; with the evaluator, the trace and the decision it makes up
 *     the verdict's identity
 * @param decisionId decision that was judged; null for the whole trace
 * @param score from 0, the worst, to 1; null when there is nothing to measure
 * @param passed whether the verdict is favourable; null when none could be reached
 * @param label the verdict in a word
 * @param explanation why, in a sentence; null when there is nothing to say
 * @param evidence IDs of the decisions and snapshots that the verdict rests on
 */
public record Verdict(
    String name,
    @Nullable String decisionId,
    @Nullable Double score,
    @Nullable Boolean passed,
    String label,
    @Nullable String explanation,
    List<String> evidence) {
  /** Label of a favourable verdict. */
  public static final String PASSED = "passed";

  /** Label of a verdict that could not be reached because the evaluator failed. */
  public static final String ERROR = "evaluator_error";

  /** Copies the evidence, and keeps the score within its bounds. */
  public Verdict {
    evidence = List.copyOf(evidence);
    if (score != null) {
      if (score.isNaN()) {
        throw new IllegalArgumentException("The score of " + name + " is no number");
      }
      score = Math.max(0.0, Math.min(1.0, score));
    }
  }

  /** Whether the verdict is unfavourable. */
  public boolean adverse() {
    return Boolean.FALSE.equals(passed);
  }
}

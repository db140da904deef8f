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

  /** Part of the identity of a row, and a label of alerts. */
  private static final int LONGEST_NAME = 200;

  private static final int LONGEST_EXPLANATION = 10_000;
  private static final int MOST_EVIDENCE = 100;

  /**
   * Keeps the score within its bounds, and texts to a length that is read by people.
   *
   * @throws IllegalArgumentException when the name is blank or too long, or the score is no number
   */
  public Verdict {
    if (name.isBlank() || name.length() > LONGEST_NAME) {
      throw new IllegalArgumentException("The name of a verdict is blank or too long");
    }
    label = cut(label, LONGEST_NAME);
    explanation = explanation == null ? null : cut(explanation, LONGEST_EXPLANATION);
    evidence = List.copyOf(evidence.subList(0, Math.min(MOST_EVIDENCE, evidence.size())));
    if (score != null) {
      if (score.isNaN()) {
        throw new IllegalArgumentException("The score of " + name + " is no number");
      }
      score = Math.max(0.0, Math.min(1.0, score));
    }
  }

  private static String cut(String text, int longest) {
    return text.length() <= longest ? text : text.substring(0, longest);
  }

  /** Whether the verdict is unfavourable. */
  public boolean adverse() {
    return Boolean.FALSE.equals(passed);
  }
}

package dev.recount.cli.oracle;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether what was expected of a decision came of it, by the words of both. */
final class OracleOutcomes {
  private static final Set<String> SUCCESS =
      Set.of("success", "succeeds", "succeeded", "successful", "ok", "done", "passes", "passed");

  private static final Set<String> FAILURE =
      Set.of("error", "fails", "failed", "failure", "rejected", "refused", "denied");

  private OracleOutcomes() {}

  /** Null when either is unknown, or when the two cannot be compared. */
  static @Nullable Boolean matched(OracleSteps.Step step, String actual) {
    if (step.expected == null || step.status.equals("unset")) {
      return null;
    }
    boolean failed = step.status.equals("error");
    List<String> wanted = words(step.expected);
    if (wanted.size() == 1 && SUCCESS.contains(wanted.get(0))) {
      return !failed;
    }
    if (wanted.size() == 1 && FAILURE.contains(wanted.get(0))) {
      return failed;
    }
    if (actual.isEmpty()) {
      return null;
    }
    List<String> got = words(actual);
    for (int i = 0; i + wanted.size() <= got.size(); i++) {
      if (got.subList(i, i + wanted.size()).equals(wanted)) {
        return true;
      }
    }
    // Who expects no failure has not got what he expected; other words may mean the same.
    return failed && wanted.stream().noneMatch(FAILURE::contains) ? Boolean.FALSE : null;
  }

  private static List<String> words(String text) {
    String[] words = text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+", -1);
    return Arrays.stream(words).filter(word -> !word.isEmpty()).toList();
  }
}

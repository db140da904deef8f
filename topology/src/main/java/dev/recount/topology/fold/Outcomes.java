package dev.recount.topology.fold;

import dev.recount.avro.Status;
import dev.recount.topology.convention.Json;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares what was expected of a decision with what came of it. Both are free text: only what is
 * plain is said, and nothing where the two cannot be compared.
 */
final class Outcomes {
  private static final Set<String> SUCCESS =
      Set.of("success", "succeeds", "succeeded", "successful", "ok", "done", "passes", "passed");

  private static final Set<String> FAILURE =
      Set.of("error", "fails", "failed", "failure", "rejected", "refused", "denied");

  private Outcomes() {}

  /**
   * Whether the actual outcome is the expected one.
   *
   * @return null when either is unknown, or when they cannot be compared
   */
  static @Nullable Boolean matched(
      @Nullable String expected, @Nullable String actual, Status status) {
    if (expected == null || expected.isBlank() || status == Status.unset) {
      return null;
    }
    String wanted = words(expected);
    if (SUCCESS.contains(wanted) || FAILURE.contains(wanted)) {
      return SUCCESS.contains(wanted) == (status == Status.ok);
    }
    if (actual == null) {
      return null;
    }
    Boolean structured = Json.contains(actual, expected);
    if (structured != null) {
      return structured;
    }
    String got = words(actual);
    if (got.equals(wanted) || (" " + got + " ").contains(" " + wanted + " ")) {
      return true;
    }
    // Words that differ may mean the same; but who expects no error has not got what he expected.
    return status == Status.error && !mentionsFailure(wanted) ? Boolean.FALSE : null;
  }

  private static boolean mentionsFailure(String words) {
    for (String word : words.split(" ", -1)) {
      if (FAILURE.contains(word)) {
        return true;
      }
    }
    return false;
  }

  /** Letters and digits in lower case, with single blanks between the words. */
  private static String words(String text) {
    StringBuilder words = new StringBuilder(text.length());
    boolean blank = false;
    for (int i = 0; i < text.length(); i++) {
      char letter = text.charAt(i);
      if (Character.isLetterOrDigit(letter)) {
        if (blank && !words.isEmpty()) {
          words.append(' ');
        }
        words.append(letter);
        blank = false;
      } else {
        blank = true;
      }
    }
    return words.toString().toLowerCase(Locale.ROOT);
  }
}

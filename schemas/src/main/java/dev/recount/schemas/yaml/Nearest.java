package dev.recount.schemas.yaml;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody who misspelt a name probably meant. */
final class Nearest {
  private Nearest() {}

  /** The known name that takes the fewest changes, if that is few for a name of its length. */
  static Optional<String> to(String name, Collection<String> known) {
    String nearest = null;
    // A swap of two characters is two changes.
    int fewest = Math.max(name.length() < 4 ? 1 : 2, name.length() / 3) + 1;
    for (String candidate : known.stream().sorted().toList()) {
      int changes = changes(name.toLowerCase(Locale.ROOT), candidate);
      if (changes < fewest) {
        fewest = changes;
        nearest = candidate;
      }
    }
    return Optional.ofNullable(nearest);
  }

  /** Levenshtein's distance: characters to insert, delete or replace. */
  private static int changes(String from, String to) {
    int[] before = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      before[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int[] row = new int[to.length() + 1];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = before[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(before[j], row[j - 1]));
      }
      before = row;
    }
    return before[to.length()];
  }
}

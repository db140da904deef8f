package dev.recount.topology.evaluation.builtin;

import java.util.List;
import java.util.Locale;

/**
 * Patterns of names in which {@code *} stands for any characters, or none; case does not matter.
 */
final class Names {
  private final List<List<String>> patterns;

  /** Any of several patterns. */
  Names(List<String> patterns) {
    this.patterns =
        patterns.stream()
            .map(pattern -> List.of(pattern.toLowerCase(Locale.ROOT).split("\\*", -1)))
            .toList();
  }

  boolean isEmpty() {
    return patterns.isEmpty();
  }

  /** Whether a name fits one of the patterns. */
  boolean match(String name) {
    if (patterns.isEmpty()) {
      return false;
    }
    String lower = name.toLowerCase(Locale.ROOT);
    for (List<String> parts : patterns) {
      if (matches(parts, lower)) {
        return true;
      }
    }
    return false;
  }

  /** First part, last part, those between in their order. */
  private static boolean matches(List<String> parts, String name) {
    String first = parts.get(0);
    if (parts.size() == 1) {
      return name.equals(first);
    }
    if (!name.startsWith(first)) {
      return false;
    }
    int at = first.length();
    for (String part : parts.subList(1, parts.size() - 1)) {
      int found = name.indexOf(part, at);
      if (found < 0) {
        return false;
      }
      at = found + part.length();
    }
    String last = parts.get(parts.size() - 1);
    return name.length() - last.length() >= at && name.endsWith(last);
  }
}

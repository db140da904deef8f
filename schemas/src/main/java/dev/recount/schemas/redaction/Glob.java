package dev.recount.schemas.redaction;

import java.util.List;

/** A pattern of attribute keys in which {@code *} stands for any characters, or none. */
final class Glob {
  private final String pattern;
  private final List<String> parts;

  Glob(String pattern) {
    this.pattern = pattern;
    this.parts = List.of(pattern.split("\\*", -1));
  }

  /** Whether the whole key fits: first part, last part, those between in their order. */
  boolean matches(String key) {
    String first = parts.get(0);
    if (parts.size() == 1) {
      return key.equals(first);
    }
    String last = parts.get(parts.size() - 1);
    if (!key.startsWith(first)) {
      return false;
    }
    int at = first.length();
    for (String part : parts.subList(1, parts.size() - 1)) {
      int found = key.indexOf(part, at);
      if (found < 0) {
        return false;
      }
      at = found + part.length();
    }
    return key.length() - last.length() >= at && key.endsWith(last);
  }

  @Override
  public String toString() {
    return pattern;
  }
}

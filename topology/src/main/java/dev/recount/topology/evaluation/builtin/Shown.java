package dev.recount.topology.evaluation.builtin;

/** Texts as explanations show them. */
final class Shown {
  private static final int LONGEST = 120;

  private Shown() {}

  /** The beginning of a text. */
  static String beginning(String text) {
    if (text.length() <= LONGEST) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
    return text.substring(0, end) + "…";
  }
}

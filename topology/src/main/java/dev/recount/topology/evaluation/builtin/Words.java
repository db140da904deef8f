package dev.recount.topology.evaluation.builtin;

import java.util.HashSet;
import java.util.Set;

/** Texts compared by their words: runs of letters and digits, whatever their case. */
final class Words {
  /** Characters of a text that are compared; what differs later differs too little. */
  private static final int LONGEST = 4096;

  private Words() {}

  /** The words of a text, as hashes. */
  static Set<Integer> of(String text) {
    Set<Integer> words = new HashSet<>();
    int hash = 0;
    int end = Math.min(text.length(), LONGEST);
    for (int i = 0; i < end; i++) {
      char letter = text.charAt(i);
      if (Character.isLetterOrDigit(letter)) {
        hash = 31 * hash + Character.toLowerCase(letter) + 1;
      } else if (hash != 0) {
        words.add(hash);
        hash = 0;
      }
    }
    if (hash != 0) {
      words.add(hash);
    }
    return words;
  }

  /** Which share of all words two texts have in common; 1 for two texts without words. */
  static double similarity(Set<Integer> one, Set<Integer> other) {
    if (one.isEmpty() && other.isEmpty()) {
      return 1;
    }
    int common = 0;
    for (Integer word : one) {
      if (other.contains(word)) {
        common++;
      }
    }
    return (double) common / (one.size() + other.size() - common);
  }
}

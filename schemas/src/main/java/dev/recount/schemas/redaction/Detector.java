package dev.recount.schemas.redaction;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Finds one kind of secret or personal data in text, in time linear in its length. */
final class Detector {
  private static final int ASCII = 128;

  /** No detector finds anything shorter in a run. */
  private static final int SHORTEST = 5;

  private final String name;
  private final Predicate<String> hint;
  private final Finder finder;
  private final UnaryOperator<String> canonical;

  /** A part of a text. */
  record Found(int start, int end) {}

  /** What the search itself is. */
  @FunctionalInterface
  interface Finder {
    /** Every occurrence, in ascending order, none overlapping another and none empty. */
    List<Found> in(String text);
  }

  /**
   * A detector.
   *
   * @param name what its pseudonyms are called
   * @param hint quick to ask, and true of every text that holds an occurrence
   * @param canonical the form that all spellings of one value share
   */
  Detector(String name, Predicate<String> hint, Finder finder, UnaryOperator<String> canonical) {
    this.name = name;
    this.hint = hint;
    this.finder = finder;
    this.canonical = canonical;
  }

  /**
   * A detector by a regular expression of RE2. Where it has a group, the first one alone is what is
   * found.
   *
   * @throws PatternSyntaxException when it is none, or takes nothing at all for an occurrence
   */
  static Detector byPattern(String name, Predicate<String> hint, String expression) {
    Pattern pattern = Pattern.compile(expression);
    if (pattern.matches("")) {
      throw new PatternSyntaxException("it matches the empty text", expression);
    }
    int group = pattern.groupCount() == 0 ? 0 : 1;
    return new Detector(
        name, hint, text -> search(pattern.matcher(text), group), UnaryOperator.identity());
  }

  /**
   * A detector by an expression that is tried only where it may match: in runs of certain
   * characters. Much faster than trying it everywhere.
   *
   * @param characters of which alone an occurrence consists, all of them ASCII
   * @param promising whether a run of them, with one character around it, may hold an occurrence
   */
  static Detector inRuns(
      String name,
      Predicate<String> hint,
      String characters,
      Predicate<String> promising,
      String expression) {
    Pattern pattern = Pattern.compile(expression);
    boolean[] ofRuns = new boolean[ASCII];
    characters.chars().forEach(character -> ofRuns[character] = true);
    return new Detector(
        name, hint, text -> searchRuns(text, ofRuns, promising, pattern), UnaryOperator.identity());
  }

  private static List<Found> searchRuns(
      String text, boolean[] ofRuns, Predicate<String> promising, Pattern pattern) {
    List<Found> found = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      int start = at;
      while (at < text.length() && text.charAt(at) < ASCII && ofRuns[text.charAt(at)]) {
        at++;
      }
      if (at - start >= SHORTEST) {
        // With what is around it, so that boundaries of words are where they are in the text.
        int from = Math.max(0, start - 1);
        String run = text.substring(from, Math.min(text.length(), at + 1));
        if (promising.test(run)) {
          search(pattern.matcher(run), 0)
              .forEach(part -> found.add(new Found(from + part.start(), from + part.end())));
        }
      }
      at++;
    }
    return found;
  }

  private static List<Found> search(Matcher matcher, int group) {
    List<Found> found = new ArrayList<>();
    while (matcher.find()) {
      int start = matcher.start(group);
      if (start >= 0 && matcher.end(group) > start) {
        found.add(new Found(start, matcher.end(group)));
      }
    }
    return found;
  }

  /** The same with a form that all spellings of one value share. */
  Detector withCanonical(UnaryOperator<String> form) {
    return new Detector(name, hint, finder, form);
  }

  String name() {
    return name;
  }

  /** Every occurrence, in ascending order. */
  List<Found> find(String text) {
    return hint.test(text) ? finder.in(text) : List.of();
  }

  /** Whether {@link #find} is worth its time. */
  boolean mayFind(String text) {
    return hint.test(text);
  }

  String canonical(String found) {
    return canonical.apply(found);
  }
}

package dev.recount.topology.evaluation.builtin;

/**
 * Finds what may be an identifier in a text: runs of letters and digits, joined by what identifiers
 * are joined by, that have a digit or an {@code @} in them. Works on any text, JSON in JSON
 * included, and tells what it finds by a hash of its normal form:
 *
 * <ul>
 *   <li>letters in lower case;
 *   <li>without what joins: {@code AB-12_3} is {@code ab123}; each part with a digit is told too,
 *       and the run together with the one or two words before it: {@code order 123} is also {@code
 *       order123};
 *   <li>of an address what stands before the {@code @} is told too;
 *   <li>numbers without grouping and without zeros behind the point: {@code 1,250.00} is 1250;
 *   <li>escapes of JSON are read as what they stand for, at any depth.
 * </ul>
 */
final class Identifiers {
  private static final long SEED = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  /** How much of a run a candidate is. */
  enum Extent {
    /** Between two of its joints. */
    PART,
    /** All of it. */
    WHOLE,
    /** With words before it, or what an address has before its sign. */
    JOINED
  }

  /** Takes what is found. */
  interface Sink {
    /**
     * A candidate. Of a run, its parts come first.
     *
     * @param hash of its normal form
     * @param shape what it is made of, words before it not counted
     */
    void found(long hash, Extent extent, Shape shape);
  }

  /** What a run is made of. */
  static final class Shape {
    int letters;
    int digits;
    int signs;

    /** Digits before the first letter. */
    int leadingDigits;

    boolean at;
    boolean decimal;

    /** Characters in the normal form. */
    int length() {
      return letters + digits + (at ? 1 : 0);
    }

    private void clear() {
      letters = 0;
      digits = 0;
      signs = 0;
      leadingDigits = 0;
      at = false;
      decimal = false;
    }
  }

  private final CharSequence text;
  private final Sink sink;
  private final Shape whole = new Shape();
  private final Shape part = new Shape();

  /** Hash of the run before. */
  private long previous = SEED;

  /** Hash of the two runs before, one after the other. */
  private long previousTwo = SEED;

  private Identifiers(CharSequence text, Sink sink) {
    this.text = text;
    this.sink = sink;
  }

  /** Tells every candidate in a text, in order. Costs time in proportion to its length. */
  static void find(CharSequence text, Sink sink) {
    new Identifiers(text, sink).find();
  }

  private void find() {
    int length = text.length();
    int i = 0;
    while (i < length) {
      char letter = text.charAt(i);
      if (letter == '\\') {
        i = afterEscape(i);
      } else if (isWord(letter)) {
        int end = endOfRun(i);
        run(i, end);
        i = end;
      } else {
        i++;
      }
    }
  }

  /**
   * The place after a run of backslashes and what they escape. A letter that an escape takes along
   * may be the first of an identifier all the same, as in a path: told with it and without.
   */
  private int afterEscape(int start) {
    int i = start;
    while (i < text.length() && text.charAt(i) == '\\') {
      i++;
    }
    if (i == text.length()) {
      return i;
    }
    char escaped = text.charAt(i);
    if (escaped == 'u' && i + 4 < text.length()) {
      return i + 5;
    }
    if ("nrtbf".indexOf(escaped) >= 0) {
      run(i, endOfRun(i));
      return i + 1;
    }
    return i;
  }

  private static boolean isWord(char letter) {
    return letter < 128
        ? (letter >= 'a' && letter <= 'z')
            || (letter >= 'A' && letter <= 'Z')
            || (letter >= '0' && letter <= '9')
        : Character.isLetterOrDigit(letter);
  }

  private static boolean isDigit(char letter) {
    return letter < 128 ? letter >= '0' && letter <= '9' : Character.isDigit(letter);
  }

  private static boolean joins(char letter) {
    return letter == '-'
        || letter == '_'
        || letter == '.'
        || letter == '@'
        || letter == '+'
        || letter == ',';
  }

  /** A run goes on over what joins, provided that a letter or digit follows at once. */
  private int endOfRun(int start) {
    int i = start;
    while (i < text.length()) {
      char letter = text.charAt(i);
      if (!isWord(letter)) {
        boolean goesOn =
            joins(letter)
                && i + 1 < text.length()
                && isWord(text.charAt(i + 1))
                && (letter != ',' || (isGroup(i)));
        if (!goesOn) {
          return i;
        }
      }
      i++;
    }
    return i;
  }

  /** Whether a comma groups thousands: digits before it, and three of them after. */
  private boolean isGroup(int comma) {
    if (comma == 0 || !isDigit(text.charAt(comma - 1)) || comma + 3 >= text.length()) {
      return false;
    }
    for (int i = 1; i <= 3; i++) {
      if (!isDigit(text.charAt(comma + i))) {
        return false;
      }
    }
    return comma + 4 == text.length() || !isWord(text.charAt(comma + 4));
  }

  private void run(int start, int end) {
    whole.clear();
    part.clear();
    int significant = significantEnd(start, end);
    long hash = SEED;
    long joined = previous;
    long joinedTwo = previousTwo;
    long partHash = SEED;
    int parts = 1;
    for (int i = start; i < significant; i++) {
      char letter = text.charAt(i);
      if (isWord(letter)) {
        char normal = Character.toLowerCase(letter);
        hash = (hash ^ normal) * PRIME;
        joined = (joined ^ normal) * PRIME;
        joinedTwo = (joinedTwo ^ normal) * PRIME;
        partHash = (partHash ^ normal) * PRIME;
        count(whole, letter);
        count(part, letter);
      } else if (letter == '@') {
        if (whole.digits > 0 && !whole.at) {
          sink.found(hash, Extent.JOINED, whole);
        }
        hash = (hash ^ letter) * PRIME;
        whole.at = true;
        partHash = endPart(partHash);
        parts++;
      } else if (letter != ',') {
        whole.signs++;
        partHash = endPart(partHash);
        parts++;
      }
    }
    if (parts > 1) {
      endPart(partHash);
    }
    whole.decimal = significant < end || isDecimal(start, significant);
    if (whole.digits > 0 || whole.at) {
      sink.found(hash, Extent.WHOLE, whole);
      sink.found(joined, Extent.JOINED, whole);
      sink.found(joinedTwo, Extent.JOINED, whole);
    }
    previousTwo = joined;
    previous = hash;
  }

  private static void count(Shape shape, char letter) {
    if (isDigit(letter)) {
      shape.digits++;
      if (shape.letters == 0) {
        shape.leadingDigits++;
      }
    } else {
      shape.letters++;
    }
  }

  private long endPart(long hash) {
    if (part.digits > 0) {
      sink.found(hash, Extent.PART, part);
    }
    part.clear();
    return SEED;
  }

  /** The end of a number without the zeros behind its point; of anything else, its end. */
  private int significantEnd(int start, int end) {
    if (!isDecimal(start, end)) {
      return end;
    }
    int last = end;
    while (text.charAt(last - 1) == '0') {
      last--;
    }
    return text.charAt(last - 1) == '.' ? last - 1 : last;
  }

  /** Whether a run is digits with a single point in them, grouped or not. */
  private boolean isDecimal(int start, int end) {
    int points = 0;
    for (int i = start; i < end; i++) {
      char letter = text.charAt(i);
      if (letter == '.') {
        points++;
      } else if (letter != ',' && !(letter >= '0' && letter <= '9')) {
        return false;
      }
    }
    return points == 1;
  }
}

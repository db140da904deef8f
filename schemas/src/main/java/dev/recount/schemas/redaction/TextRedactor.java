package dev.recount.schemas.redaction;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.recount.schemas.json.JsonText;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Replaces what detectors find in a text. Where the text is JSON, its strings, keys and numbers are
 * looked at one by one, JSON within strings likewise, and it stays JSON.
 *
 * <p>Pseudonyms and references to content are passed over. The rest is looked at until nothing more
 * is found, so that redacting again changes nothing.
 */
final class TextRedactor {
  /** JSON within strings of JSON, at most; deeper strings are plain text. */
  private static final int MAXIMUM_DEPTH = 6;

  /**
   * How often a detector may find more in what it has left. Only patterns that match at the edge of
   * what they have replaced do; what such a pattern then still matches is replaced as a whole.
   */
  private static final int MAXIMUM_REPETITIONS = 8;

  private static final Pattern PROTECTED =
      Pattern.compile(
          "("
              + Pseudonyms.PATTERN
              + ")|recount:content/sha256/[0-9a-f]{64}\\?bytes=[0-9]{1,10}"
              + "&type=(?:text/plain|application/json|application/octet-stream)");

  private final List<Detector> detectors;
  private final Pseudonyms pseudonyms;

  TextRedactor(List<Detector> detectors, Pseudonyms pseudonyms) {
    this.detectors = List.copyOf(detectors);
    this.pseudonyms = pseudonyms;
  }

  /** The text without what the detectors find; the same object when they find nothing. */
  String redact(String text) {
    return value(text, 0);
  }

  @SuppressWarnings("ReferenceEquality") // the same object says that nothing was found
  private String value(String text, int depth) {
    if (!mayHoldAny(text)) {
      return text;
    }
    if (depth == MAXIMUM_DEPTH) {
      return plain(text);
    }
    Optional<String> json = JsonText.replace(text, new Scalars(depth));
    if (json.isPresent()) {
      return json.get();
    }
    String redacted = plain(text);
    // What kept it from being JSON may have gone.
    return redacted != text && JsonText.looksLikeJson(redacted)
        ? value(redacted, depth + 1)
        : redacted;
  }

  private boolean mayHoldAny(String text) {
    // In JSON an escape may stand for the character that would give it away.
    if (text.contains("\\u") || text.contains("\\/")) {
      return true;
    }
    for (Detector detector : detectors) {
      if (detector.mayFind(text)) {
        return true;
      }
    }
    return false;
  }

  private final class Scalars implements JsonText.Replacer {
    private final int depth;

    Scalars(int depth) {
      this.depth = depth;
    }

    @Override
    public String string(String value) {
      return value(value, depth + 1);
    }

    @Override
    public String key(String name) {
      return plain(name);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // the same object says that nothing was found
    public @Nullable String number(String literal) {
      String redacted = plain(literal);
      return redacted == literal ? null : redacted;
    }
  }

  private String plain(String text) {
    if (text.indexOf('[') < 0 && !text.contains("recount:content/")) {
      return open(text);
    }
    StringBuilder redacted = new StringBuilder(text.length());
    int copied = 0;
    Matcher matcher = PROTECTED.matcher(text);
    while (matcher.find()) {
      if (matcher.start(1) < 0 || pseudonyms.isOurs(matcher.group())) {
        redacted.append(open(text.substring(copied, matcher.start()))).append(matcher.group());
        copied = matcher.end();
      }
    }
    return copied == 0
        ? open(text)
        : unlessEqual(text, redacted.append(open(text.substring(copied))));
  }

  /** Text between what is protected; the same object when nothing is found. */
  private String open(String text) {
    for (Detector detector : detectors) {
      if (!detector.find(text).isEmpty()) {
        StringBuilder redacted = new StringBuilder(text.length());
        look(text, detectors.size(), 0, redacted);
        return redacted.toString();
      }
    }
    return text;
  }

  /**
   * Appends a text redacted. What is between two finds is looked at as a text of its own, by all
   * detectors: so what is left is what none of them finds anything in, this time or the next.
   *
   * @param last index of the detector that has cut this text out of a longer one
   * @param repetitions how often a detector has cut what it or a later one had left
   */
  private void look(String text, int last, int repetitions, StringBuilder redacted) {
    for (int i = 0; i < detectors.size(); i++) {
      Detector detector = detectors.get(i);
      List<Detector.Found> found = detector.find(text);
      if (found.isEmpty()) {
        continue;
      }
      int times = i <= last ? repetitions + 1 : repetitions;
      if (times > MAXIMUM_REPETITIONS) {
        redacted.append(pseudonym(detector, text));
        return;
      }
      int copied = 0;
      for (Detector.Found part : found) {
        look(text.substring(copied, part.start()), i, times, redacted);
        redacted.append(pseudonym(detector, text.substring(part.start(), part.end())));
        copied = part.end();
      }
      look(text.substring(copied), i, times, redacted);
      return;
    }
    redacted.append(text);
  }

  private String pseudonym(Detector detector, String value) {
    return pseudonyms.of(detector.name(), detector.canonical(value));
  }

  private static String unlessEqual(String text, StringBuilder redacted) {
    String other = redacted.toString();
    return other.equals(text) ? text : other;
  }
}

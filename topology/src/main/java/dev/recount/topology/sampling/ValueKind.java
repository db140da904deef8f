package dev.recount.topology.sampling;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the values of a term are, and how they are written in a file of rules. */
enum ValueKind {
  BOOLEAN("true or false"),
  NUMBER("a number"),
  /** In milliseconds. */
  DURATION("a duration with its unit, as 30s, 250ms or 1h30m"),
  /** In US dollars. */
  MONEY("an amount in US dollars, as 0.50"),
  /** From 0 to 1, and above where something overflows. */
  SHARE("a share, as 80% or 0.8"),
  TEXT("text"),
  /** One of a few words, in any case. */
  WORD("a word"),
  /** An attribute: whatever was sent. */
  ANY("a value");

  private static final Pattern NUMERIC =
      Pattern.compile("[-+]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d+)?");
  private static final Pattern DURATION_PARTS = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|s|m|h|d)");
  private static final Map<String, Duration> UNITS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));

  /** Longer texts are no numbers that anyone would compare. */
  private static final int LONGEST_NUMBER = 40;

  private final String form;

  ValueKind(String form) {
    this.form = form;
  }

  /** How a value of the kind is written. */
  String form() {
    return form;
  }

  /** Whether values of the kind have an order of numbers. */
  boolean isNumeric() {
    return switch (this) {
      case NUMBER, DURATION, MONEY, SHARE -> true;
      case BOOLEAN, TEXT, WORD, ANY -> false;
    };
  }

  /** The number that a text of this kind stands for, in the kind's unit; empty for none. */
  OptionalDouble parse(String text) {
    return switch (this) {
      case DURATION -> milliseconds(text);
      case MONEY -> number(text.startsWith("$") ? text.substring(1) : text);
      case SHARE ->
          text.endsWith("%")
              ? scaled(number(text.substring(0, text.length() - 1).strip()))
              : number(text);
      case NUMBER, ANY, TEXT -> number(text);
      case BOOLEAN, WORD -> OptionalDouble.empty();
    };
  }

  private static OptionalDouble scaled(OptionalDouble percent) {
    return percent.isPresent()
        ? OptionalDouble.of(percent.getAsDouble() / 100)
        : OptionalDouble.empty();
  }

  /** The number that a text is; empty for any other text. */
  static OptionalDouble number(String text) {
    return text.length() <= LONGEST_NUMBER && NUMERIC.matcher(text).matches()
        ? OptionalDouble.of(Double.parseDouble(text))
        : OptionalDouble.empty();
  }

  /** Milliseconds of a duration such as {@code 1h30m}; empty for any other text. */
  static OptionalDouble milliseconds(String text) {
    Matcher part = DURATION_PARTS.matcher(text);
    double sum = 0;
    int end = 0;
    while (part.find() && part.start() == end) {
      Duration unit = UNITS.getOrDefault(part.group(2), Duration.ZERO);
      sum += Double.parseDouble(part.group(1)) * unit.toMillis();
      end = part.end();
    }
    return end > 0 && end == text.length() ? OptionalDouble.of(sum) : OptionalDouble.empty();
  }
}

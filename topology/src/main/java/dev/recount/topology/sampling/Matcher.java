package dev.recount.topology.sampling;

import com.google.re2j.Pattern;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.DoublePredicate;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/**
 * What the values of a term must be like: one of them must pass. Of no values none passes, unless
 * it is their absence that is asked for.
 */
final class Matcher {
  private final String text;
  private final Predicate<List<?>> test;

  private Matcher(String text, Predicate<List<?>> test) {
    this.text = text;
    this.test = test;
  }

  /** Passes when some value passes. */
  static Matcher some(String text, Predicate<Object> value) {
    return new Matcher(text, values -> values.stream().anyMatch(value));
  }

  /** Passes when there is no value. */
  static Matcher none() {
    return new Matcher("is not there", List::isEmpty);
  }

  /** A value that is equal to a text; numbers are equal as numbers. */
  static Predicate<Object> equalTo(ValueKind kind, String wanted) {
    OptionalDouble number = kind.parse(wanted);
    return value -> {
      boolean numeric = kind.isNumeric() || (kind == ValueKind.ANY && value instanceof Number);
      if (numeric && number.isPresent()) {
        OptionalDouble actual = Values.number(value);
        return actual.isPresent()
            && Double.compare(actual.getAsDouble(), number.getAsDouble()) == 0;
      }
      String actual = Values.text(value);
      return kind == ValueKind.WORD ? actual.equalsIgnoreCase(wanted) : actual.equals(wanted);
    };
  }

  /** A value on one side of a bound, as numbers where the bound is one, else as text. */
  static Predicate<Object> ordered(ValueKind kind, String bound, IntPredicate side) {
    OptionalDouble number = kind.parse(bound);
    if (number.isEmpty()) {
      return value -> side.test(Values.text(value).compareTo(bound));
    }
    DoublePredicate compared = actual -> side.test(Double.compare(actual, number.getAsDouble()));
    return value -> {
      OptionalDouble actual = Values.number(value);
      return actual.isPresent() && compared.test(actual.getAsDouble());
    };
  }

  /** A value in which a pattern occurs. */
  static Predicate<Object> matching(Pattern pattern) {
    return value -> pattern.matcher(Values.text(value)).find();
  }

  boolean holds(List<?> values) {
    return test.test(values);
  }

  /** What is asked for, as people say it. */
  @Override
  public String toString() {
    return text;
  }
}

package dev.recount.topology.sampling;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Something that holds for a trace, or for a part of one, or does not.
 *
 * @param <T> the trace, or the part
 */
sealed interface Condition<T> {
  boolean holds(T of);

  /** Whether it holds, and why. */
  Finding explain(T of);

  /** Whether it asks for one of these terms, those of parts aside. */
  boolean asksFor(Set<String> terms);

  /** Holds when all do; when there are none, always. */
  record All<T>(List<Condition<T>> conditions) implements Condition<T> {
    @Override
    public boolean holds(T of) {
      return conditions.stream().allMatch(condition -> condition.holds(of));
    }

    @Override
    public boolean asksFor(Set<String> terms) {
      return conditions.stream().anyMatch(each -> each.asksFor(terms));
    }

    @Override
    public Finding explain(T of) {
      return Finding.group(
          holds(of), "all of", conditions.stream().map(each -> each.explain(of)).toList());
    }
  }

  /** Holds when some does. */
  record Any<T>(List<Condition<T>> conditions) implements Condition<T> {
    @Override
    public boolean holds(T of) {
      return conditions.stream().anyMatch(condition -> condition.holds(of));
    }

    @Override
    public boolean asksFor(Set<String> terms) {
      return conditions.stream().anyMatch(each -> each.asksFor(terms));
    }

    @Override
    public Finding explain(T of) {
      return Finding.group(
          holds(of), "any of", conditions.stream().map(each -> each.explain(of)).toList());
    }
  }

  /** Holds when another does not. */
  record Not<T>(Condition<T> condition) implements Condition<T> {
    @Override
    public boolean holds(T of) {
      return !condition.holds(of);
    }

    @Override
    public boolean asksFor(Set<String> terms) {
      return condition.asksFor(terms);
    }

    @Override
    public Finding explain(T of) {
      return Finding.group(holds(of), "not", List.of(condition.explain(of)));
    }
  }

  /** Holds when a value of a term is as asked for. */
  record Compared<T>(Vocabulary.Term<T> term, Matcher matcher) implements Condition<T> {
    @Override
    public boolean holds(T of) {
      return matcher.holds(term.values().apply(of));
    }

    @Override
    public boolean asksFor(Set<String> terms) {
      return terms.contains(term.name());
    }

    @Override
    public Finding explain(T of) {
      return Finding.of(
          holds(of), term.name() + " " + matcher, shown(term.values().apply(of), term.kind()));
    }
  }

  /** Holds when it holds for some part. */
  record Some<T, P>(Vocabulary.Part<T, P> part, Condition<P> condition) implements Condition<T> {
    /** Parts that an explanation looks into. */
    private static final int EXPLAINED = 3;

    @Override
    public boolean holds(T of) {
      return part.parts().apply(of).stream().anyMatch(condition::holds);
    }

    @Override
    public boolean asksFor(Set<String> terms) {
      return false;
    }

    @Override
    public Finding explain(T of) {
      List<P> all = part.parts().apply(of);
      List<P> holding = all.stream().filter(condition::holds).toList();
      List<Finding> findings = new ArrayList<>();
      for (P each : (holding.isEmpty() ? all : holding).stream().limit(EXPLAINED).toList()) {
        Finding finding = condition.explain(each);
        findings.add(Finding.group(finding.holds(), part.label().apply(each), List.of(finding)));
      }
      return new Finding(
          !holding.isEmpty(),
          "some " + part.name(),
          holding.size() + " of " + all.size() + (all.size() == 1 ? " does" : " do"),
          findings);
    }
  }

  private static String shown(List<?> values, ValueKind kind) {
    int most = 5;
    int longest = 60;
    if (values.isEmpty()) {
      return "not there";
    }
    String shown =
        values.stream()
            .limit(most)
            .map(value -> shown(value, kind))
            .map(text -> text.length() > longest ? text.substring(0, longest) + "…" : text)
            .collect(Collectors.joining(", "));
    return values.size() > most ? shown + ", … (" + values.size() + " in all)" : shown;
  }

  private static String shown(Object value, ValueKind kind) {
    if (!(value instanceof Double number)) {
      return Values.text(value);
    }
    return switch (kind) {
      case DURATION -> plain(number) + "ms";
      case MONEY -> "$" + plain(number);
      case SHARE -> plain(number * 100) + " %";
      case NUMBER, ANY, TEXT, WORD, BOOLEAN -> plain(number);
    };
  }

  /** A number without more digits than it needs. */
  private static String plain(double number) {
    return BigDecimal.valueOf(number)
        .round(new MathContext(6))
        .stripTrailingZeros()
        .toPlainString();
  }
}

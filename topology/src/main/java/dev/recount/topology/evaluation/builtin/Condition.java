package dev.recount.topology.evaluation.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.recount.topology.evaluation.Budget;
import dev.recount.topology.evaluation.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A condition on one argument of a call, or on what it returned: {@code > 500}, {@code <= 3},
 * {@code != draft}, {@code matches ^VIP-}, {@code present}, {@code absent}, or the value itself. A
 * path leads through objects by points, and through lists by itself: one element that fits is
 * enough.
 */
final class Condition {
  private final List<String> path;
  private final boolean absent;
  private final Predicate<JsonNode> test;

  private Condition(List<String> path, boolean absent, Predicate<JsonNode> test) {
    this.path = path;
    this.absent = absent;
    this.test = test;
  }

  /** The conditions of a mapping from paths to what is asked of them. */
  static List<Condition> all(@Nullable Parameters where) {
    if (where == null) {
      return List.of();
    }
    List<Condition> conditions = new ArrayList<>();
    for (String path : where.names()) {
      conditions.add(anyOf(where, path, List.of(path.split("\\.", -1))));
    }
    return conditions;
  }

  /** A condition on a whole text; a setting of that name gives it. */
  static Condition whole(Parameters parameters, String name) {
    return anyOf(parameters, name, List.of());
  }

  private static Condition anyOf(Parameters where, String name, List<String> steps) {
    List<Condition> either = new ArrayList<>();
    for (String expression : where.texts(name, List.of())) {
      either.add(of(where, name, steps, expression.strip()));
    }
    if (either.size() == 1) {
      return either.get(0);
    }
    return new Condition(
        steps, false, value -> either.stream().anyMatch(condition -> condition.test.test(value)));
  }

  private static Condition of(
      Parameters where, String path, List<String> steps, String expression) {
    if (expression.equals("absent")) {
      return new Condition(steps, true, value -> false);
    }
    if (expression.equals("present")) {
      return new Condition(steps, false, value -> true);
    }
    for (String operator : List.of(">=", "<=", "!=", "==", ">", "<", "=")) {
      if (expression.startsWith(operator)) {
        String operand = expression.substring(operator.length()).strip();
        return new Condition(steps, false, comparison(where, path, operator, operand));
      }
    }
    if (expression.startsWith("matches ")) {
      String pattern = expression.substring("matches ".length()).strip();
      try {
        Pattern compiled = Pattern.compile(pattern);
        return new Condition(steps, false, value -> compiled.matcher(value.asText()).find());
      } catch (PatternSyntaxException malformed) {
        throw where.malformed(
            path,
            "'" + pattern + "' cannot be used: " + malformed.getDescription(),
            "write it in RE2's syntax (no look-around, no back-references)");
      }
    }
    return new Condition(steps, false, value -> same(value, expression));
  }

  private static Predicate<JsonNode> comparison(
      Parameters where, String path, String operator, String operand) {
    if (operator.equals("!=")) {
      return value -> !same(value, operand);
    }
    if (operator.equals("==") || operator.equals("=")) {
      return value -> same(value, operand);
    }
    Double bound = number(operand);
    if (bound == null) {
      throw where.malformed(
          path, "'" + operand + "' is no number", "write one, as in \"" + operator + " 500\"");
    }
    double limit = bound;
    return value -> {
      Double number = number(value);
      if (number == null) {
        return false;
      }
      return switch (operator) {
        case ">" -> number > limit;
        case ">=" -> number >= limit;
        case "<" -> number < limit;
        default -> number <= limit;
      };
    };
  }

  private static boolean same(JsonNode value, String operand) {
    Double number = number(value);
    Double wanted = number == null ? null : number(operand);
    return wanted != null
        ? Objects.equals(number, wanted)
        : value.asText().equalsIgnoreCase(operand);
  }

  private static @Nullable Double number(JsonNode value) {
    return value.isNumber() ? Double.valueOf(value.doubleValue()) : number(value.asText());
  }

  /** A number, also with thousands grouped or with a currency's sign. */
  private static @Nullable Double number(String text) {
    String plain = text.strip().replace(",", "");
    if (plain.startsWith("$") || plain.startsWith("€") || plain.startsWith("£")) {
      plain = plain.substring(1).strip();
    }
    if (plain.isEmpty() || plain.length() > 40) {
      return null;
    }
    try {
      Double number = Double.valueOf(plain);
      return number.isNaN() ? null : number;
    } catch (NumberFormatException notANumber) {
      return null;
    }
  }

  /** Whether the arguments fit. What is not there fits nothing but {@code absent}. */
  boolean holds(JsonNode arguments, Budget budget) {
    boolean found = holds(arguments, 0, budget);
    return absent != found;
  }

  private boolean holds(JsonNode node, int step, Budget budget) {
    budget.charge(1);
    if (node.isArray()) {
      for (JsonNode element : node) {
        if (holds(element, step, budget)) {
          return true;
        }
      }
      return false;
    }
    if (step == path.size()) {
      boolean there = !node.isMissingNode() && !node.isNull();
      return there && (absent || test.test(node));
    }
    JsonNode next = node.get(path.get(step));
    return next != null && holds(next, step + 1, budget);
  }

  /** The text of an argument by its path; null when it is not there. */
  static @Nullable String value(JsonNode arguments, String path) {
    JsonNode node = arguments;
    for (String step : path.split("\\.", -1)) {
      node = node.path(step);
    }
    return node.isMissingNode() || node.isNull()
        ? null
        : node.isContainerNode() ? node.toString() : node.asText();
  }
}

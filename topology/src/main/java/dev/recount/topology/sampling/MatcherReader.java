package dev.recount.topology.sampling;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.recount.schemas.yaml.YamlNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.regex.MatchResult;

/**
 * Reads what the values of a term must be like: a value, a comparison such as {@code ">= 5"}, a
 * list of values, or a mapping of operators.
 */
final class MatcherReader {
  private static final List<String> OPERATORS =
      List.of(
          "equals",
          "not_equals",
          "in",
          "not_in",
          "min",
          "max",
          "above",
          "below",
          "matches",
          "not_matches",
          "contains",
          "not_contains",
          "starts_with",
          "ends_with",
          "exists");

  private static final java.util.regex.Pattern COMPARISON =
      java.util.regex.Pattern.compile("(>=|<=|!=|>|<|=)\\s*(\\S.*)");

  private MatcherReader() {}

  static Matcher read(YamlNode node, ValueKind kind) {
    if (node.isMapping()) {
      return operators(node, kind);
    }
    if (node.isSequence()) {
      List<String> wanted = texts(node, kind);
      return Matcher.some("is one of " + wanted, oneOf(kind, wanted));
    }
    String text = node.text(kind.form());
    java.util.regex.Matcher comparison = COMPARISON.matcher(text.strip());
    if (!comparison.matches()) {
      String wanted = checked(node, kind, text);
      return Matcher.some("is " + wanted, Matcher.equalTo(kind, wanted));
    }
    if (kind == ValueKind.BOOLEAN || kind == ValueKind.WORD || kind == ValueKind.TEXT) {
      throw node.error(
          "'" + text + "' compares what has no order",
          "write a value, or {not_equals: …}, or {equals: \"" + text + "\"} if that is the value");
    }
    return comparison(node, kind, comparison.toMatchResult());
  }

  private static Matcher comparison(YamlNode node, ValueKind kind, MatchResult comparison) {
    String operator = comparison.group(1);
    String bound = checked(node, kind, comparison.group(2));
    String text = operator + " " + bound;
    return switch (operator) {
      case ">=" -> Matcher.some(text, Matcher.ordered(kind, bound, side -> side >= 0));
      case "<=" -> Matcher.some(text, Matcher.ordered(kind, bound, side -> side <= 0));
      case ">" -> Matcher.some(text, Matcher.ordered(kind, bound, side -> side > 0));
      case "<" -> Matcher.some(text, Matcher.ordered(kind, bound, side -> side < 0));
      case "!=" -> Matcher.some(text, Matcher.equalTo(kind, bound).negate());
      default -> Matcher.some("is " + bound, Matcher.equalTo(kind, bound));
    };
  }

  /** All operators must pass on the same value. */
  private static Matcher operators(YamlNode node, ValueKind kind) {
    Map<String, YamlNode> entries = node.mapping("a comparison", OPERATORS);
    YamlNode exists = entries.get("exists");
    if (exists != null) {
      if (entries.size() > 1) {
        throw exists.key().error("'exists' stands alone", "use 'all' to combine it");
      }
      return exists.bool("true or false")
          ? Matcher.some("is there", value -> true)
          : Matcher.none();
    }
    if (entries.isEmpty()) {
      throw node.error("a comparison is empty", "use one of " + String.join(", ", OPERATORS));
    }
    List<String> texts = new ArrayList<>();
    Predicate<Object> all = value -> true;
    for (Map.Entry<String, YamlNode> each : entries.entrySet()) {
      YamlNode operand = each.getValue();
      all = all.and(operator(each.getKey(), operand, kind));
      texts.add(
          each.getKey().replace('_', ' ')
              + " "
              + (operand.isSequence() ? texts(operand, kind).toString() : operand.text("a value")));
    }
    return Matcher.some(String.join(" and ", texts), all);
  }

  private static Predicate<Object> operator(String operator, YamlNode operand, ValueKind kind) {
    return switch (operator) {
      case "equals" -> Matcher.equalTo(kind, operand(operand, kind));
      case "not_equals" -> Matcher.equalTo(kind, operand(operand, kind)).negate();
      case "in" -> oneOf(kind, texts(operand, kind));
      case "not_in" -> oneOf(kind, texts(operand, kind)).negate();
      case "min" -> ordered(operand, kind, side -> side >= 0);
      case "max" -> ordered(operand, kind, side -> side <= 0);
      case "above" -> ordered(operand, kind, side -> side > 0);
      case "below" -> ordered(operand, kind, side -> side < 0);
      case "matches" -> Matcher.matching(pattern(operand));
      case "not_matches" -> Matcher.matching(pattern(operand)).negate();
      case "contains" -> containing(operand.text("text"));
      case "not_contains" -> containing(operand.text("text")).negate();
      case "starts_with" -> {
        String start = operand.text("text");
        yield value -> Values.text(value).startsWith(start);
      }
      case "ends_with" -> {
        String end = operand.text("text");
        yield value -> Values.text(value).endsWith(end);
      }
      default -> throw new IllegalArgumentException(operator);
    };
  }

  private static Predicate<Object> ordered(YamlNode operand, ValueKind kind, IntPredicate side) {
    if (kind == ValueKind.BOOLEAN || kind == ValueKind.WORD) {
      throw operand.error("there is no order among these values", "write a value");
    }
    return Matcher.ordered(kind, operand(operand, kind), side);
  }

  private static Predicate<Object> containing(String part) {
    return value -> Values.text(value).contains(part);
  }

  private static Predicate<Object> oneOf(ValueKind kind, List<String> wanted) {
    Predicate<Object> any = value -> false;
    for (String each : wanted) {
      any = any.or(Matcher.equalTo(kind, each));
    }
    return any;
  }

  private static Pattern pattern(YamlNode operand) {
    String expression = operand.text("a regular expression");
    try {
      return Pattern.compile(expression);
    } catch (PatternSyntaxException malformed) {
      throw operand.error(
          "'" + expression + "' cannot be used: " + malformed.getDescription(),
          "write it in RE2's syntax (no look-around, no back-references), in single quotes");
    }
  }

  private static List<String> texts(YamlNode node, ValueKind kind) {
    List<String> texts = new ArrayList<>();
    for (YamlNode item : node.sequence("a list of values")) {
      texts.add(operand(item, kind));
    }
    if (texts.isEmpty()) {
      throw node.error("the list of values is empty", "name some");
    }
    return texts;
  }

  private static String operand(YamlNode node, ValueKind kind) {
    return checked(node, kind, node.text(kind.form()));
  }

  private static String checked(YamlNode node, ValueKind kind, String text) {
    if (kind == ValueKind.BOOLEAN) {
      return Boolean.toString(node.bool(kind.form()));
    }
    if (kind.isNumeric() && kind.parse(text).isEmpty()) {
      throw node.error("'" + text + "' is not " + kind.form(), "write " + kind.form());
    }
    return text;
  }
}

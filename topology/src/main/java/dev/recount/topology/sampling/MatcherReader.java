package dev.recount.topology.sampling;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.recount.schemas.yaml.YamlFile;
import dev.recount.schemas.yaml.YamlFile.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.SequenceNode;

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

  private final YamlFile file;

  MatcherReader(YamlFile file) {
    this.file = file;
  }

  Matcher read(Node node, ValueKind kind) {
    if (node instanceof MappingNode) {
      return operators(node, kind);
    }
    if (node instanceof SequenceNode) {
      List<String> wanted = texts(node, kind);
      return Matcher.some("is one of " + wanted, oneOf(kind, wanted));
    }
    String text = file.text(node, kind.form());
    java.util.regex.Matcher comparison = COMPARISON.matcher(text.strip());
    if (!comparison.matches()) {
      String wanted = checked(node, kind, text);
      return Matcher.some("is " + wanted, Matcher.equalTo(kind, wanted));
    }
    if (kind == ValueKind.BOOLEAN || kind == ValueKind.WORD || kind == ValueKind.TEXT) {
      throw file.error(
          node,
          "'" + text + "' compares what has no order",
          "write a value, or {not_equals: …}, or {equals: \"" + text + "\"} if that is the value");
    }
    return comparison(node, kind, comparison.toMatchResult());
  }

  private Matcher comparison(Node node, ValueKind kind, MatchResult comparison) {
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
  private Matcher operators(Node node, ValueKind kind) {
    Map<String, Entry> entries = file.mapping(node, "a comparison", OPERATORS);
    Entry exists = entries.get("exists");
    if (exists != null) {
      if (entries.size() > 1) {
        throw file.error(exists.key(), "'exists' stands alone", "use 'all' to combine it");
      }
      return file.bool(exists.value(), "true or false")
          ? Matcher.some("is there", value -> true)
          : Matcher.none();
    }
    if (entries.isEmpty()) {
      throw file.error(node, "a comparison is empty", "use one of " + String.join(", ", OPERATORS));
    }
    List<String> texts = new ArrayList<>();
    Predicate<Object> all = value -> true;
    for (Map.Entry<String, Entry> each : entries.entrySet()) {
      Node operand = each.getValue().value();
      all = all.and(operator(each.getKey(), operand, kind));
      texts.add(
          each.getKey().replace('_', ' ')
              + " "
              + (operand instanceof SequenceNode
                  ? texts(operand, kind).toString()
                  : file.text(operand, "a value")));
    }
    return Matcher.some(String.join(" and ", texts), all);
  }

  private Predicate<Object> operator(String operator, Node operand, ValueKind kind) {
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
      case "contains" -> containing(file.text(operand, "text"));
      case "not_contains" -> containing(file.text(operand, "text")).negate();
      case "starts_with" -> {
        String start = file.text(operand, "text");
        yield value -> Values.text(value).startsWith(start);
      }
      case "ends_with" -> {
        String end = file.text(operand, "text");
        yield value -> Values.text(value).endsWith(end);
      }
      default -> throw new IllegalArgumentException(operator);
    };
  }

  private Predicate<Object> ordered(Node operand, ValueKind kind, IntPredicate side) {
    if (kind == ValueKind.BOOLEAN || kind == ValueKind.WORD) {
      throw file.error(operand, "there is no order among these values", "write a value");
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

  private Pattern pattern(Node operand) {
    String expression = file.text(operand, "a regular expression");
    try {
      return Pattern.compile(expression);
    } catch (PatternSyntaxException malformed) {
      throw file.error(
          operand,
          "'" + expression + "' cannot be used: " + malformed.getDescription(),
          "write it in RE2's syntax (no look-around, no back-references), in single quotes");
    }
  }

  private List<String> texts(Node node, ValueKind kind) {
    List<String> texts = new ArrayList<>();
    for (Node item : file.sequence(node, "a list of values")) {
      texts.add(operand(item, kind));
    }
    if (texts.isEmpty()) {
      throw file.error(node, "the list of values is empty", "name some");
    }
    return texts;
  }

  private String operand(Node node, ValueKind kind) {
    return checked(node, kind, file.text(node, kind.form()));
  }

  private String checked(Node node, ValueKind kind, String text) {
    if (kind == ValueKind.BOOLEAN) {
      return Boolean.toString(file.bool(node, kind.form()));
    }
    if (kind.isNumeric() && kind.parse(text).isEmpty()) {
      throw file.error(node, "'" + text + "' is not " + kind.form(), "write " + kind.form());
    }
    return text;
  }
}

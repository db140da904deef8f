package dev.recount.topology.evaluation.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.avro.DecisionKind;
import dev.recount.topology.evaluation.Budget;
import dev.recount.topology.evaluation.DecisionView;
import dev.recount.topology.evaluation.EventView;
import dev.recount.topology.evaluation.Parameters;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which decisions a policy speaks of: by tool, by name, by kind, by arguments, by what was
 * returned, and by what is known of the agent. What is not given does not matter.
 */
final class DecisionPattern {
  /** A shorter piece of a tool's name is in any text. */
  private static final int SHORTEST_LITERAL = 3;

  private final Names tools;
  private final Names names;
  private final @Nullable DecisionKind kind;
  private final List<Condition> where;
  private final List<Condition> result;
  private final @Nullable Condition resultText;
  private final Map<String, Names> labels;
  private final List<String> literals;

  private DecisionPattern(
      Names tools,
      Names names,
      @Nullable DecisionKind kind,
      List<Condition> where,
      List<Condition> result,
      @Nullable Condition resultText,
      Map<String, Names> labels,
      List<String> literals) {
    this.tools = tools;
    this.names = names;
    this.kind = kind;
    this.where = where;
    this.result = result;
    this.resultText = resultText;
    this.labels = labels;
    this.literals = literals;
  }

  /** Reads a pattern. The mapping may hold more, which is not looked at. */
  static DecisionPattern read(Parameters parameters) {
    List<String> tools = parameters.texts("tool", List.of());
    List<String> names = parameters.texts("name_of_step", List.of());
    String kind = parameters.text("kind");
    Map<String, Names> labels = new LinkedHashMap<>();
    Parameters given = parameters.section("labels");
    if (given != null) {
      for (String label : LABELS) {
        if (given.has(label)) {
          labels.put(label, new Names(given.texts(label, List.of())));
        }
      }
      given.refuseUnknown();
    }
    if (tools.isEmpty() && names.isEmpty() && kind == null) {
      throw parameters.malformed(
          "tool", "it is not said which decisions are meant", "give tool, kind or name_of_step");
    }
    boolean inside = parameters.isSection("result");
    return new DecisionPattern(
        new Names(tools),
        new Names(names),
        kind == null ? null : kind(parameters, kind),
        Condition.all(parameters.section("where")),
        inside ? Condition.all(parameters.section("result")) : List.of(),
        inside || !parameters.has("result") ? null : Condition.whole(parameters, "result"),
        labels,
        tools.stream().map(DecisionPattern::longestLiteral).toList());
  }

  private static final List<String> LABELS =
      List.of(
          "service",
          "environment",
          "agent_name",
          "agent_version",
          "model",
          "prompt_name",
          "prompt_version",
          "tool_schema_version",
          "memory_index_version",
          "framework",
          "framework_version",
          "release");

  private static DecisionKind kind(Parameters parameters, String name) {
    for (DecisionKind kind : DecisionKind.values()) {
      if (kind.name().equals(name.toUpperCase(Locale.ROOT))) {
        return kind;
      }
    }
    throw parameters.malformed(
        "kind",
        "'" + name + "' is no kind of decision",
        "use one of "
            + Arrays.stream(DecisionKind.values())
                .map(Enum::name)
                .collect(Collectors.joining(", ")));
  }

  private static String longestLiteral(String pattern) {
    String longest = "";
    for (String part : pattern.split("\\*", -1)) {
      longest = part.length() > longest.length() ? part : longest;
    }
    return longest;
  }

  /** Whether a decision is one of those that are meant. */
  boolean matches(ParsedDecision parsed, Budget budget) {
    DecisionView decision = parsed.decision();
    if (kind != null && decision.kind() != kind) {
      return false;
    }
    if (!fits(tools, decision.toolName()) || !fits(names, decision.name())) {
      return false;
    }
    for (Map.Entry<String, Names> label : labels.entrySet()) {
      if (!fits(label.getValue(), decision.version(label.getKey()))) {
        return false;
      }
    }
    return (where.isEmpty() || allHold(where, parsed.arguments(budget), budget))
        && resultFits(parsed, budget);
  }

  /** What a call will return is not known before it has ended. */
  private boolean resultFits(ParsedDecision parsed, Budget budget) {
    if (result.isEmpty() && resultText == null) {
      return true;
    }
    return parsed.decision().endedAt() != null
        && (resultText == null || resultText.holds(parsed.resultText(budget), budget))
        && (result.isEmpty() || allHold(result, parsed.result(budget), budget));
  }

  /** Whether what a single event tells of may be one of those that are meant, or ask for one. */
  boolean mayMatch(EventView event, Budget budget) {
    if (event.kind() == DecisionKind.MODEL_CALL && asks(event)) {
      return true;
    }
    DecisionKind meant = kind == null ? DecisionKind.TOOL_CALL : kind;
    return event.kind() == meant
        && fits(tools, event.toolName())
        && (where.isEmpty()
            || allHold(where, ParsedDecision.parse(event.arguments().get(), budget), budget));
  }

  /** Whether a model's answer may ask for a tool of this kind, by how it is spelled. */
  private boolean asks(EventView event) {
    for (String literal : literals) {
      if (literal.length() >= SHORTEST_LITERAL && event.asksFor().test(literal)) {
        return true;
      }
    }
    return false;
  }

  private static boolean allHold(List<Condition> conditions, JsonNode value, Budget budget) {
    for (Condition condition : conditions) {
      if (!condition.holds(value, budget)) {
        return false;
      }
    }
    return true;
  }

  private static boolean fits(Names patterns, @Nullable String name) {
    return patterns.isEmpty() || (name != null && patterns.match(name));
  }
}

package dev.recount.topology.evaluation.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.recount.topology.convention.Json;
import dev.recount.topology.evaluation.Budget;
import dev.recount.topology.evaluation.DecisionView;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A decision whose arguments and result are parsed once, however many policies ask for them. */
final class ParsedDecision {
  private final DecisionView decision;
  private @Nullable JsonNode arguments;
  private @Nullable JsonNode result;

  ParsedDecision(DecisionView decision) {
    this.decision = decision;
  }

  DecisionView decision() {
    return decision;
  }

  /** The arguments; a missing node when they were not recorded, or are no object. */
  JsonNode arguments(Budget budget) {
    JsonNode parsed = arguments;
    if (parsed == null) {
      String text = decision.arguments();
      parsed = text == null ? MissingNode.getInstance() : parse(text, budget);
      arguments = parsed;
    }
    return parsed;
  }

  /** What was returned; a missing node when it was not recorded, or holds nothing to look into. */
  JsonNode result(Budget budget) {
    JsonNode parsed = result;
    if (parsed == null) {
      String text = decision.result();
      parsed = text == null ? MissingNode.getInstance() : parse(text, budget);
      result = parsed;
    }
    return parsed;
  }

  /** What was returned, as the text that it is; a missing node when it was not recorded. */
  JsonNode resultText(Budget budget) {
    String text = decision.result();
    if (text == null) {
      return MissingNode.getInstance();
    }
    budget.chargeFor(text);
    return TextNode.valueOf(text);
  }

  static JsonNode parse(String arguments, Budget budget) {
    budget.chargeFor(arguments);
    return Objects.requireNonNullElse(Json.parseContainer(arguments), MissingNode.getInstance());
  }
}

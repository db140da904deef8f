package dev.recount.topology.evaluation.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.recount.topology.convention.Json;
import dev.recount.topology.evaluation.Budget;
import dev.recount.topology.evaluation.DecisionView;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A decision whose arguments are parsed once, however many policies ask for them. */
final class ParsedDecision {
  private final DecisionView decision;
  private @Nullable JsonNode arguments;

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

  static JsonNode parse(String arguments, Budget budget) {
    budget.chargeFor(arguments);
    return Objects.requireNonNullElse(Json.parseContainer(arguments), MissingNode.getInstance());
  }
}

package dev.recount.topology.intake;

import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.JsonValue;
import dev.recount.avro.Span;
import dev.recount.topology.Hints;
import dev.recount.topology.convention.Fact;
import dev.recount.topology.convention.SpanFacts;
import dev.recount.topology.evaluation.Evaluators;
import dev.recount.topology.evaluation.EventView;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Asks the evaluators whether a single event calls for judging its trace at once. */
final class Suspicions {
  private final Evaluators evaluators;

  Suspicions(Evaluators evaluators) {
    this.evaluators = evaluators;
  }

  /** The hint for a span: {@link Hints#SUSPECT} or 0. */
  int of(Span span, SpanFacts facts) {
    if (!evaluators.watches()) {
      return 0;
    }
    DecisionKind kind = facts.decisionKind();
    boolean tool = kind == DecisionKind.TOOL_CALL;
    return hint(
        new EventView(
            kind,
            tool ? facts.toolName() : null,
            () -> Objects.requireNonNullElse(facts.toolArguments(), ""),
            facts.number(Fact.CONFIDENCE),
            facts.wholeNumber(Fact.CONTEXT_TOKENS),
            facts.wholeNumber(Fact.CONTEXT_LIMIT),
            spelled -> asksFor(span, spelled)));
  }

  /** Whether what a model answered has a text in it, in whichever attribute it is kept. */
  private static boolean asksFor(Span span, String spelled) {
    for (Map.Entry<String, Object> attribute : span.getAttributes().entrySet()) {
      String key = attribute.getKey().toLowerCase(Locale.ROOT);
      boolean answer =
          key.contains("output") || key.contains("completion") || key.contains("response");
      Object value = attribute.getValue();
      String text = value instanceof JsonValue json ? json.getJson() : String.valueOf(value);
      if (answer && text.contains(spelled)) {
        return true;
      }
    }
    return false;
  }

  /** The hint for what an agent says of its decision. */
  int of(DecisionEvent decision) {
    if (!evaluators.watches()) {
      return 0;
    }
    return hint(
        new EventView(
            decision.getKind(),
            decision.getToolName(),
            () -> Objects.requireNonNullElse(decision.getToolArguments(), ""),
            decision.getConfidence(),
            null,
            null,
            spelled -> false));
  }

  /** The hint for a context window. */
  int of(ContextSnapshot snapshot) {
    if (!evaluators.watches()) {
      return 0;
    }
    Long tokens = snapshot.getTokenCount();
    if (tokens == null && !snapshot.getSegments().isEmpty()) {
      tokens = 0L;
      for (ContextSegment segment : snapshot.getSegments()) {
        tokens += segment.getTokenCount() == null ? 0 : segment.getTokenCount();
      }
    }
    return hint(EventView.ofContext(tokens, snapshot.getTokenLimit()));
  }

  private int hint(EventView event) {
    return evaluators.suspects(event) ? Hints.SUSPECT : 0;
  }
}

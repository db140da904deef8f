package dev.recount.topology.intake;

import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.JsonValue;
import dev.recount.avro.Span;
import dev.recount.avro.SpanLogRecord;
import dev.recount.topology.Hints;
import dev.recount.topology.convention.Fact;
import dev.recount.topology.convention.SpanFacts;
import dev.recount.topology.evaluation.Evaluators;
import dev.recount.topology.evaluation.EventView;
import dev.recount.topology.evaluation.Suspicion;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Asks the evaluators what is to be done about a single event. */
final class Suspicions {
  /** Event of a model's answer, under the names that it has had. */
  private static final String CHOICE = ".choice";

  /** Event of all messages of a model call. */
  private static final String DETAILS = ".operation.details";

  private final WantedEvaluators wanted;

  Suspicions(WantedEvaluators wanted) {
    this.wanted = wanted;
  }

  /**
   * The hints for a span: {@link Hints#SUSPECT}, {@link Hints#IN_TRACE} and {@link Hints#EVIDENCE},
   * or 0.
   */
  int of(Span span, SpanFacts facts) {
    Evaluators evaluators = wanted.now();
    if (!evaluators.watches()) {
      return 0;
    }
    DecisionKind kind = facts.decisionKind();
    boolean tool = kind == DecisionKind.TOOL_CALL;
    return hint(
        evaluators,
        new EventView(
            kind,
            tool ? facts.toolName() : null,
            () -> Objects.requireNonNullElse(facts.toolArguments(), ""),
            facts.number(Fact.CONFIDENCE),
            facts.wholeNumber(Fact.CONTEXT_TOKENS),
            facts.wholeNumber(Fact.CONTEXT_LIMIT),
            spelled -> answers(span.getAttributes(), false, spelled)));
  }

  /** Whether what a model answered has a text in it, in whichever attribute it is kept. */
  private static boolean answers(Map<String, Object> attributes, boolean any, String spelled) {
    for (Map.Entry<String, Object> attribute : attributes.entrySet()) {
      String key = attribute.getKey().toLowerCase(Locale.ROOT);
      boolean answer =
          any || key.contains("output") || key.contains("completion") || key.contains("response");
      if (answer && text(attribute.getValue()).contains(spelled)) {
        return true;
      }
    }
    return false;
  }

  private static String text(@Nullable Object value) {
    return value instanceof JsonValue json ? json.getJson() : String.valueOf(value);
  }

  /** The hints for what an agent says of its decision. */
  int of(DecisionEvent decision) {
    Evaluators evaluators = wanted.now();
    if (!evaluators.watches()) {
      return 0;
    }
    return hint(
        evaluators,
        new EventView(
            decision.getKind(),
            decision.getToolName(),
            () -> Objects.requireNonNullElse(decision.getToolArguments(), ""),
            decision.getConfidence(),
            null,
            null,
            spelled -> false));
  }

  /** The hints for a context window. */
  int of(ContextSnapshot snapshot) {
    Evaluators evaluators = wanted.now();
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
    return hint(evaluators, EventView.ofContext(tokens, snapshot.getTokenLimit()));
  }

  /** The hints for what a log record holds of a model call's messages. */
  int of(SpanLogRecord log) {
    Evaluators evaluators = wanted.now();
    String event = log.getEventName();
    if (event == null || log.getSpanId() == null || !evaluators.watches()) {
      return 0;
    }
    boolean answer = event.endsWith(CHOICE);
    if (!answer && !event.endsWith(DETAILS)) {
      // What the model was shown: it has been judged when it was said.
      return 0;
    }
    return hint(
        evaluators,
        new EventView(
            DecisionKind.MODEL_CALL,
            null,
            () -> "",
            null,
            null,
            null,
            spelled ->
                text(log.getBody()).contains(spelled)
                    || answers(log.getAttributes(), answer, spelled)));
  }

  private static int hint(Evaluators evaluators, EventView event) {
    Suspicion suspicion = evaluators.suspicion(event);
    return (suspicion.suspect() ? Hints.SUSPECT : 0)
        | (suspicion.inTrace() ? Hints.IN_TRACE : 0)
        | (suspicion.evidence() ? Hints.EVIDENCE : 0);
  }
}

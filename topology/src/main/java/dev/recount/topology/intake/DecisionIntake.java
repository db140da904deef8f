package dev.recount.topology.intake;

import dev.recount.avro.AliasKind;
import dev.recount.avro.Alternative;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.redaction.EventRedaction;
import dev.recount.schemas.redaction.Redaction;
import dev.recount.topology.evaluation.Evaluators;
import java.util.TreeMap;

/** Takes in {@code agent-decisions}. */
public final class DecisionIntake extends IntakeProcessor {
  private final AvroCodec<DecisionEvent> decisions;
  private final EventRedaction redaction;
  private final Suspicions suspicions;
  private final boolean announceAliases;

  /**
   * Reads decisions with one codec, redacts them and writes entries with the other.
   *
   * @param evaluators asked whether a decision calls for judging its trace at once
   * @param announceAliases whether to log which tool call IDs occur in a trace
   */
  public DecisionIntake(
      AvroCodec<TraceEvent> codec,
      AvroCodec<DecisionEvent> decisions,
      Redaction redaction,
      Evaluators evaluators,
      boolean announceAliases) {
    super(codec, redaction);
    this.redaction = new EventRedaction(redaction);
    this.decisions = decisions;
    this.suspicions = new Suspicions(evaluators);
    this.announceAliases = announceAliases;
  }

  @Override
  void accept(byte[] value) {
    DecisionEvent decision = redaction.decision(decisions.decode(value));
    isRead(() -> decisions.encode(decision));
    Checks.identifier("decision_id", decision.getDecisionId());
    Checks.time("occurred_at", decision.getOccurredAt());
    decision.setTraceId(Checks.traceId(decision.getTraceId()));
    decision.setSpanId(Checks.spanId(decision.getSpanId()));
    Checks.finite("confidence", decision.getConfidence());
    for (Alternative alternative : decision.getConsidered()) {
      Checks.finite("considered.score", alternative.getScore());
    }
    decision.setAttributes(new TreeMap<>(decision.getAttributes()));
    append(
        decision.getTraceId(),
        TraceEventKind.DECISION,
        decision.getDecisionId(),
        Checks.precedence(decision.getOccurredAt()),
        suspicions.of(decision),
        decision);
    if (announceAliases) {
      // Where the call has no span, nothing else says that it occurs here.
      announce(
          AliasKind.TOOL_CALL_ID,
          decision.getToolCallId(),
          decision.getTraceId(),
          decision.getSpanId());
    }
  }
}

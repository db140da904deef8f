package dev.recount.topology.intake;

import dev.recount.avro.Alternative;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.schemas.AvroCodec;
import java.util.TreeMap;

/** Takes in {@code agent-decisions}. */
public final class DecisionIntake extends IntakeProcessor {
  private final AvroCodec<DecisionEvent> decisions;

  /** Reads decisions with one codec and writes entries with the other. */
  public DecisionIntake(AvroCodec<TraceEvent> codec, AvroCodec<DecisionEvent> decisions) {
    super(codec);
    this.decisions = decisions;
  }

  @Override
  void accept(byte[] value) {
    DecisionEvent decision = decisions.decode(value);
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
        0,
        decision);
  }
}

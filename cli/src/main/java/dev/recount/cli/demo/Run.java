package dev.recount.cli.demo;

import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import java.util.List;

/**
 * One run of an agent, with all the telemetry that it gives off.
 *
 * @param traceId 32 hexadecimal digits
 * @param profile the agent
 * @param scenario what happened
 * @param spans spans in the order in which they end, the root last
 * @param snapshots context snapshots, each of a span of the run
 * @param decisions decisions, each of a span of the run
 * @param feedback judgements on the run
 */
record Run(
    String traceId,
    Profile profile,
    Scenario scenario,
    List<PlannedSpan> spans,
    List<ContextSnapshot> snapshots,
    List<DecisionEvent> decisions,
    List<PlannedFeedback> feedback) {
  Run {
    spans = List.copyOf(spans);
    snapshots = List.copyOf(snapshots);
    decisions = List.copyOf(decisions);
    feedback = List.copyOf(feedback);
  }
}

package dev.recount.cli.demo;

import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.FeedbackEvent;

/** One piece of telemetry on its way. */
sealed interface Delivery {
  /** A span, over OTLP. */
  record OfSpan(Run run, PlannedSpan span) implements Delivery {}

  /** A context snapshot, over Kafka. */
  record OfSnapshot(ContextSnapshot snapshot) implements Delivery {}

  /** A decision, over Kafka. */
  record OfDecision(DecisionEvent decision) implements Delivery {}

  /** A feedback event, over Kafka. */
  record OfFeedback(FeedbackEvent feedback) implements Delivery {}
}

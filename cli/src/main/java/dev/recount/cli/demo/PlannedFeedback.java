package dev.recount.cli.demo;

import dev.recount.avro.FeedbackEvent;

/**
 * A feedback event to be produced.
 *
 * @param moment when it is produced, seen from its trace
 * @param event the event
 */
record PlannedFeedback(Moment moment, FeedbackEvent event) {

  /** When feedback is produced, seen from the spans of its trace. */
  enum Moment {
    /** Before the first span. */
    BEFORE,
    /** Between the spans. */
    DURING,
    /** After the root span. */
    AFTER,
    /** After the trace has settled. */
    SETTLED
  }
}

package dev.recount.topology.evaluation;

/** An evaluator wants to see what is no longer there: its earlier verdicts stand. */
final class EventsGoneException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EventsGoneException() {
    super("The events of the trace are gone", null, false, false);
  }
}

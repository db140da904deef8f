package dev.recount.connectors.feedback;

import dev.recount.avro.FeedbackEvent;
import java.util.List;

/** What became of a request: all of its events, or what is wrong with it. */
public sealed interface FeedbackParsing {
  /**
   * Every event is valid.
   *
   * @param events at least one
   */
  record Accepted(List<FeedbackEvent> events) implements FeedbackParsing {
    /** Copies the list. */
    public Accepted {
      events = List.copyOf(events);
    }
  }

  /**
   * Something is wrong, and so nothing is taken.
   *
   * @param errors at least one
   */
  record Refused(List<FeedbackError> errors) implements FeedbackParsing {
    /** Copies the list. */
    public Refused {
      errors = List.copyOf(errors);
    }
  }
}

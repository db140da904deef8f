package dev.recount.cli.forget;

import java.util.List;

/**
 * What is to be forgotten.
 *
 * @param traceIds traces, each with everything that is known of it
 * @param feedbackIds feedback that belongs to no trace: what sessions were given
 */
record Forgotten(List<String> traceIds, List<String> feedbackIds) {
  /** Copies the lists. */
  Forgotten {
    traceIds = List.copyOf(traceIds);
    feedbackIds = List.copyOf(feedbackIds);
  }

  boolean isEmpty() {
    return traceIds.isEmpty() && feedbackIds.isEmpty();
  }
}

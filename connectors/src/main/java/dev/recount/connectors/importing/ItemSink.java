package dev.recount.connectors.importing;

import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.FeedbackEvent;

/** Takes what an import sends. */
interface ItemSink {
  void span(SpanDraft span);

  void snapshot(ContextSnapshot snapshot);

  void decision(DecisionEvent decision);

  void feedback(FeedbackEvent feedback);
}

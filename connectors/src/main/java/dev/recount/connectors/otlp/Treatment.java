package dev.recount.connectors.otlp;

import com.google.protobuf.Message;
import dev.recount.schemas.redaction.OtlpRedaction;
import dev.recount.schemas.redaction.Redaction;
import java.util.Optional;

/**
 * What is done to telemetry before it is on Kafka: first it is redacted, then what is large goes to
 * a store of its own, so that the store too holds only what redaction has left.
 *
 * @param redaction what gives way to pseudonyms
 * @param largeContent what is kept beside the topics; empty to keep everything in them
 */
public record Treatment(Redaction redaction, Optional<LargeContent> largeContent) {
  /** Everything is passed on as it came. */
  public static Treatment none() {
    return new Treatment(Redaction.none(), Optional.empty());
  }

  /** The request to pass on; the same object when nothing is done to it. */
  Message apply(Signal signal, Message request) {
    Message redacted =
        redaction.isActive() ? signal.redact(request, new OtlpRedaction(redaction)) : request;
    return largeContent
        .map(content -> new ContentLifter(content).lift(signal, redacted))
        .orElse(redacted);
  }
}

package dev.recount.topology.intake;

import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.TraceEvent;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.redaction.EventRedaction;
import dev.recount.schemas.redaction.Redaction;

/** Takes in {@code feedback}. */
public final class FeedbackIntake extends IntakeProcessor {
  private final AvroCodec<FeedbackEvent> feedback;
  private final EventRedaction redaction;

  /** Reads feedback with one codec, redacts them and writes entries with the other. */
  public FeedbackIntake(
      AvroCodec<TraceEvent> codec, AvroCodec<FeedbackEvent> feedback, Redaction redaction) {
    super(codec, redaction);
    this.redaction = new EventRedaction(redaction);
    this.feedback = feedback;
  }

  @Override
  void accept(byte[] value) {
    FeedbackEvent event = redaction.feedback(feedback.decode(value));
    isRead(() -> feedback.encode(event));
    FeedbackFiling.append(event, this);
  }
}

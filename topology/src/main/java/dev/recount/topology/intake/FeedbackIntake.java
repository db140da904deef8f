package dev.recount.topology.intake;

import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.TraceEvent;
import dev.recount.schemas.AvroCodec;

/** Takes in {@code feedback}. */
public final class FeedbackIntake extends IntakeProcessor {
  private final AvroCodec<FeedbackEvent> feedback;

  /** Reads feedback with one codec and writes entries with the other. */
  public FeedbackIntake(AvroCodec<TraceEvent> codec, AvroCodec<FeedbackEvent> feedback) {
    super(codec);
    this.feedback = feedback;
  }

  @Override
  void accept(byte[] value) {
    FeedbackFiling.append(feedback.decode(value), this);
  }
}

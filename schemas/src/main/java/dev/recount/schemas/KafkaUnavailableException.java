package dev.recount.schemas;

/** Kafka did not answer, or refused what was asked of it. */
public final class KafkaUnavailableException extends RuntimeException {
  /** Says what was asked and why it failed. */
  public KafkaUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}

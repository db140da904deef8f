package dev.recount.connectors.kafka;

/** A record was not acknowledged by Kafka. */
public final class SendException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean retryable;

  /**
   * Says what failed.
   *
   * @param retryable whether the same record may be taken later
   */
  public SendException(String message, Throwable cause, boolean retryable) {
    super(message, cause);
    this.retryable = retryable;
  }

  /** Whether the same record may be taken later: false when Kafka will never take it. */
  public boolean retryable() {
    return retryable;
  }
}

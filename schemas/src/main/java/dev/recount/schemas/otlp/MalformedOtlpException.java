package dev.recount.schemas.otlp;

/** The bytes are not OTLP of the kind, or not in the encoding, that they are said to be. */
public final class MalformedOtlpException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Says what is wrong, and where. */
  public MalformedOtlpException(String message) {
    super(message);
  }
}

package dev.recount.schemas.redaction;

/** A file of redaction rules cannot be followed. Its message names the place and what to write. */
public final class RedactionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RedactionException(String message) {
    super(message, null, false, false);
  }
}

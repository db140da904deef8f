package dev.recount.connectors.otlp;

/** The bytes are not a request of the signal, in the encoding that they claim to be in. */
final class MalformedRequestException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedRequestException(String message) {
    super(message);
  }
}

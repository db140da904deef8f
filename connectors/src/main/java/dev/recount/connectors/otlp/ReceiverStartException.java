package dev.recount.connectors.otlp;

/** The receiver cannot listen, usually because the port is in use. */
public final class ReceiverStartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int port;

  ReceiverStartException(String what, String address, int port, Throwable cause) {
    super(
        "Cannot listen on "
            + address
            + " port "
            + port
            + " for "
            + what
            + ": "
            + cause.getMessage(),
        cause);
    this.port = port;
  }

  /** The port that was asked for. */
  public int port() {
    return port;
  }
}

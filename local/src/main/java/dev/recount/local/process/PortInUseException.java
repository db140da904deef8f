package dev.recount.local.process;

import org.jspecify.annotations.Nullable;

/** A port that the embedded stack was told to listen on belongs to another process. */
public final class PortInUseException extends StackException {
  private static final long serialVersionUID = 1L;

  private final int port;
  private final String option;

  /**
   * @param service who wanted the port, as the user knows it: {@code Kafka}
   * @param port the port, 1 to 65535
   * @param option the command-line option that chooses another one: {@code --kafka-port}
   * @param cause what it came from, or null
   */
  public PortInUseException(String service, int port, String option, @Nullable Throwable cause) {
    super(
        "Port "
            + port
            + ", which "
            + service
            + " would listen on, is in use by another process. Stop that process, or choose another port with "
            + option
            + " (0 takes any free one).",
        cause);
    this.port = port;
    this.option = option;
  }

  /** The port that is taken. */
  public int port() {
    return port;
  }

  /** The command-line option that chooses another port. */
  public String option() {
    return option;
  }
}

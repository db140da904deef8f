package dev.recount.topology.evaluation;

/** A setting of the evaluators that cannot be followed; the message says where and what to do. */
public final class SettingsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Says what is wrong.
   *
   * @param message with the line and the remedy
   */
  public SettingsException(String message) {
    super(message);
  }
}

package dev.recount.local.process;

import org.jspecify.annotations.Nullable;

/**
 * A part of the embedded stack could not be started or kept running.
 *
 * <p>The message is written for the person at the keyboard: it says what happened and what to do
 * next, and can be shown without the stack trace.
 */
public class StackException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what happened and what to do next
   */
  public StackException(String message) {
    super(message);
  }

  /**
   * @param message what happened and what to do next
   * @param cause what it came from, or null
   */
  public StackException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

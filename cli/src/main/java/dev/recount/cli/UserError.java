package dev.recount.cli;

import org.jspecify.annotations.Nullable;

/**
 * A command could not do what it was asked to, for a reason that the person at the keyboard can do
 * something about. Shown without a stack trace; the exit code is 1.
 */
public final class UserError extends RuntimeException {
  private final @Nullable String remedy;

  /**
   * An error with advice.
   *
   * @param message what happened, and where
   * @param remedy what to do next; null when the message says it all
   */
  public UserError(String message, @Nullable String remedy) {
    this(message, remedy, null);
  }

  /** Like {@link #UserError(String, String)}, with what it came from. */
  public UserError(String message, @Nullable String remedy, @Nullable Throwable cause) {
    super(message, cause);
    this.remedy = remedy;
  }

  /** What to do next; null when the message says it all. */
  public @Nullable String remedy() {
    return remedy;
  }
}

package dev.recount.sinks.archive.format;

import org.jspecify.annotations.Nullable;

/** There is an object of that name already, and it says something else. It stays as it is. */
public final class ConflictException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says which object, and what is there. */
  public ConflictException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

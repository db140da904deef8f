package dev.recount.sinks.archive.format;

import org.jspecify.annotations.Nullable;

/** An object is not what was written under its name: damaged, or tampered with. */
public final class CorruptObjectException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says which object, and what is wrong with it. */
  public CorruptObjectException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

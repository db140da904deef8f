package dev.recount.connectors.importing;

import org.jspecify.annotations.Nullable;

/** A file could not be imported. The message is for the user: what, where, what to do. */
public final class ImportException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says what is wrong, with the failure behind it if there is one. */
  public ImportException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

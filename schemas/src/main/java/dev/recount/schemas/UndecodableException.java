package dev.recount.schemas;

import org.jspecify.annotations.Nullable;

/** The bytes are not a record of the expected kind and never will be. */
public final class UndecodableException extends RuntimeException {
  /** Says what is wrong with the bytes. */
  public UndecodableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

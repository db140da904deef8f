package dev.recount.sinks.archive.storage;

import org.jspecify.annotations.Nullable;

/** Objects cannot be kept or read. */
public final class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean passing;

  private StorageException(String message, @Nullable Throwable cause, boolean passing) {
    super(message, cause);
    this.passing = passing;
  }

  /** For a reason that may pass by itself: the storage is away, full or busy. */
  public static StorageException passing(String message, @Nullable Throwable cause) {
    return new StorageException(message, cause, true);
  }

  /** For a reason that somebody must do something about: a wrong name, no right to write. */
  public static StorageException lasting(String message, @Nullable Throwable cause) {
    return new StorageException(message, cause, false);
  }

  /** Whether trying again later may succeed without anybody doing something. */
  public boolean isPassing() {
    return passing;
  }
}

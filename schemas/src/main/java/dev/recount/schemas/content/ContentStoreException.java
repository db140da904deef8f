package dev.recount.schemas.content;

/** Content cannot be kept or read. */
public final class ContentStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says what failed. */
  public ContentStoreException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Likewise, where nothing else was the cause. */
  public ContentStoreException(String message) {
    super(message);
  }
}

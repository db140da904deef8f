package dev.recount.schemas;

/**
 * The schema registry did not answer. Nothing is wrong with the record; the same call may succeed
 * later.
 */
public final class RegistryUnavailableException extends RuntimeException {
  /** Says what was asked of the registry and why it failed. */
  public RegistryUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}

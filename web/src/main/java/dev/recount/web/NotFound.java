package dev.recount.web;

/** What was asked for is not there. The message says why, for whoever looks at the page. */
public final class NotFound extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What is not there. */
  public NotFound(String message) {
    super(message);
  }
}

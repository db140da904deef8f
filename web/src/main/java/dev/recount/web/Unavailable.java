package dev.recount.web;

/** Something behind the page does not answer now. The message is for whoever looks at the page. */
public final class Unavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What does not answer, in one sentence, and why. */
  public Unavailable(String message, Throwable cause) {
    super(message, cause);
  }
}

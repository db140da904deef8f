package dev.recount.cli.web;

import dev.recount.cli.UserError;
import dev.recount.web.NotFound;
import dev.recount.web.Unavailable;

/** Errors of commands, as the page tells them. */
public final class PageErrors {
  private PageErrors() {}

  /**
   * An error that came from another is one of something that does not answer or cannot be read: the
   * same question may be answered later. One that came from none says that there is nothing to
   * find.
   */
  public static RuntimeException of(UserError error) {
    String message = String.valueOf(error.getMessage());
    Throwable cause = error.getCause();
    return cause == null ? new NotFound(message) : new Unavailable(message, cause);
  }
}

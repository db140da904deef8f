package dev.recount.connectors.http;

import com.linecorp.armeria.common.HttpStatus;

/** A request body that cannot be taken, with the HTTP status that says why. */
public final class BodyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient HttpStatus status;

  private BodyException(HttpStatus status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  /** 400: the body is not what its headers say it is. */
  public static BodyException malformed(String message) {
    return new BodyException(HttpStatus.BAD_REQUEST, message);
  }

  /** 413: the body is over the limit, as sent or inflated. */
  public static BodyException tooLarge(String what, long maximumBytes) {
    return new BodyException(
        HttpStatus.REQUEST_ENTITY_TOO_LARGE,
        what + " is larger than the limit of " + maximumBytes + " bytes");
  }

  /** 415: neither the media type nor the encoding is one of ours. */
  public static BodyException unsupported(String message) {
    return new BodyException(HttpStatus.UNSUPPORTED_MEDIA_TYPE, message);
  }

  /** 503: too much is in flight already; worth a retry. */
  public static BodyException overloaded(String message) {
    return new BodyException(HttpStatus.SERVICE_UNAVAILABLE, message);
  }

  /** What to answer. */
  public HttpStatus status() {
    return status;
  }

  /** The message; never null. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}

package dev.recount.connectors.otlp;

import com.google.rpc.Code;
import com.linecorp.armeria.common.HttpStatus;
import dev.recount.connectors.http.BodyException;
import dev.recount.connectors.http.Protection;
import dev.recount.connectors.kafka.SendException;
import dev.recount.schemas.content.ContentStoreException;
import dev.recount.schemas.otlp.MalformedOtlpException;
import java.util.concurrent.CompletionException;

/**
 * Why a whole request was not taken, for both transports.
 *
 * @param retrySeconds when to try again; 0 when there is no use in it
 */
record Refusal(HttpStatus httpStatus, Code code, String message, int retrySeconds) {
  /** Long enough for a broker to elect a leader, short enough for an exporter's own patience. */
  static final int RETRY_SECONDS = 2;

  /** For a client that has shown no token. */
  static final Refusal UNAUTHENTICATED =
      new Refusal(HttpStatus.UNAUTHORIZED, Code.UNAUTHENTICATED, Protection.NO_TOKEN, 0);

  /** What a failure means for the client. */
  static Refusal of(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof MalformedOtlpException malformed) {
      return new Refusal(
          HttpStatus.BAD_REQUEST, Code.INVALID_ARGUMENT, String.valueOf(malformed.getMessage()), 0);
    }
    if (cause instanceof BodyException body) {
      return of(body);
    }
    if (cause instanceof SendException send && !send.retryable()) {
      return new Refusal(
          HttpStatus.REQUEST_ENTITY_TOO_LARGE,
          Code.INVALID_ARGUMENT,
          String.valueOf(send.getMessage()),
          0);
    }
    if (cause instanceof ContentStoreException) {
      // Its message names places on this machine; the log has it.
      return new Refusal(
          HttpStatus.SERVICE_UNAVAILABLE,
          Code.UNAVAILABLE,
          "Large content cannot be kept at the moment",
          RETRY_SECONDS);
    }
    return new Refusal(
        HttpStatus.SERVICE_UNAVAILABLE,
        Code.UNAVAILABLE,
        cause instanceof SendException ? String.valueOf(cause.getMessage()) : "Internal error",
        RETRY_SECONDS);
  }

  private static Refusal of(BodyException body) {
    HttpStatus status = body.status();
    if (status.equals(HttpStatus.SERVICE_UNAVAILABLE)) {
      return new Refusal(status, Code.UNAVAILABLE, body.getMessage(), RETRY_SECONDS);
    }
    return new Refusal(status, Code.INVALID_ARGUMENT, body.getMessage(), 0);
  }

  /** Whether it is worth a line in the log: a fault of ours or of Kafka's, not of the client. */
  boolean isOurs() {
    return code == Code.UNAVAILABLE;
  }
}

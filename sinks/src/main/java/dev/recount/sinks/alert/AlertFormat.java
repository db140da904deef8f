package dev.recount.sinks.alert;

import dev.recount.avro.Alert;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.util.Optional;

/** How an endpoint is told of an alert. */
interface AlertFormat {
  /**
   * The request that tells of an alert, without what all requests have in common.
   *
   * @param alert as it is now
   * @param now the time of day
   * @return empty when there is nothing new to tell
   */
  Optional<HttpRequest.Builder> request(Alert alert, Instant now);

  /** Notes that the endpoint has taken what it was told. */
  void told(Alert alert);
}

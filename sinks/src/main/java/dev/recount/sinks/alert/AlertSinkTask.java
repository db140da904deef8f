package dev.recount.sinks.alert;

import dev.recount.avro.Alert;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.RegistryUnavailableException;
import dev.recount.schemas.UndecodableException;
import dev.recount.sinks.clickhouse.client.Secret;
import dev.recount.sinks.clickhouse.delivery.BackOff;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an endpoint of alerts, one after another and in order.
 *
 * <p>While the endpoint does not answer, or answers that it is not well, Connect delivers the same
 * records again after a growing pause, for as long as it takes; those that were taken are not told
 * twice. What the endpoint refuses is put aside, and the next alert is told.
 */
public final class AlertSinkTask extends SinkTask {
  private static final Logger log = LoggerFactory.getLogger(AlertSinkTask.class);

  private static final Duration FIRST_BACK_OFF = Duration.ofMillis(250);
  private static final int REQUEST_TIMEOUT = 408;
  private static final int TOO_MANY_REQUESTS = 429;

  private @Nullable Started started;

  /** Offset up to which alerts of a partition have been told: a batch may come again. */
  private final Map<TopicPartition, Long> done = new HashMap<>();

  /** What exists between start and stop. */
  private record Started(
      AvroCodec<Alert> codec,
      AlertFormat format,
      HttpClient client,
      Secret authorization,
      Duration requestTimeout,
      BackOff backOff) {}

  @Override
  public String version() {
    return new AlertSinkConnector().version();
  }

  @Override
  public void start(Map<String, String> properties) {
    AlertSinkConfig config = new AlertSinkConfig(properties);
    try {
      started =
          new Started(
              AvroCodec.reading(Alert.class, config.newRegistryClient()),
              config.format(),
              // A followed redirect may turn the POST into a GET, and takes secrets elsewhere.
              HttpClient.newBuilder()
                  .connectTimeout(config.requestTimeout())
                  .followRedirects(HttpClient.Redirect.NEVER)
                  .build(),
              config.authorization(),
              config.requestTimeout(),
              new BackOff(FIRST_BACK_OFF, config.longestBackOff(), System::nanoTime));
    } catch (UncheckedIOException unreadable) {
      throw new ConnectException(unreadable.getMessage(), unreadable);
    }
  }

  @Override
  public void put(Collection<SinkRecord> records) {
    for (SinkRecord record : records) {
      TopicPartition partition = new TopicPartition(record.topic(), record.kafkaPartition());
      if (record.kafkaOffset() > done.getOrDefault(partition, -1L)) {
        tell(record, running());
        done.put(partition, record.kafkaOffset());
      }
    }
  }

  private void tell(SinkRecord record, Started running) {
    if (record.value() == null) {
      return;
    }
    Alert alert;
    try {
      alert = decode(record, running.codec());
    } catch (UndecodableException undecodable) {
      putAside(record, undecodable);
      return;
    } catch (RegistryUnavailableException away) {
      throw later(running, String.valueOf(away.getMessage()));
    }
    Optional<HttpRequest.Builder> request = running.format().request(alert, Instant.now());
    if (request.isEmpty()) {
      return;
    }
    HttpResponse<Void> response = send(request.get(), running);
    int status = response.statusCode();
    if (status / 100 == 2) {
      running.backOff().succeeded();
      running.format().told(alert);
    } else if (status / 100 == 3) {
      running.backOff().succeeded();
      putAside(record, new ConnectException(redirected(response)));
    } else if (status / 100 == 4 && status != REQUEST_TIMEOUT && status != TOO_MANY_REQUESTS) {
      running.backOff().succeeded();
      putAside(record, new ConnectException("The endpoint refused the alert with " + status));
    } else {
      throw later(running, "The endpoint answered " + status);
    }
  }

  /** It will redirect the next time too: only whoever set the URL can mend it. */
  private static String redirected(HttpResponse<Void> response) {
    String target =
        response.headers().firstValue("Location").flatMap(AlertSinkTask::origin).orElse("");
    return "The endpoint answered "
        + response.statusCode()
        + (target.isEmpty() ? "" : ", a redirect to " + target)
        + ". Redirects are not followed, since they could take alerts and secrets elsewhere: set "
        + AlertSinkConfig.URL_CONFIG
        + " to where the endpoint really is";
  }

  /** Scheme, host and port: the rest of a URL may hold a secret. */
  private static Optional<String> origin(String location) {
    try {
      URI target = new URI(location);
      return target.getHost() == null
          ? Optional.empty()
          : Optional.of(
              target.getScheme()
                  + "://"
                  + target.getHost()
                  + (target.getPort() < 0 ? "" : ":" + target.getPort()));
    } catch (URISyntaxException malformed) {
      return Optional.empty();
    }
  }

  private static Alert decode(SinkRecord record, AvroCodec<Alert> codec) {
    if (record.value() instanceof byte[] bytes) {
      return codec.decode(bytes);
    }
    throw new UndecodableException("The value is not bytes: use ByteArrayConverter", null);
  }

  private HttpResponse<Void> send(HttpRequest.Builder request, Started running) {
    request.timeout(running.requestTimeout());
    String authorization = running.authorization().reveal();
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    try {
      return running.client().send(request.build(), HttpResponse.BodyHandlers.discarding());
    } catch (IOException away) {
      // Without the URL, which may hold a secret.
      throw later(running, "The endpoint does not answer: " + away.getClass().getSimpleName());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ConnectException("Interrupted while telling of an alert", interrupted);
    }
  }

  private RetriableException later(Started running, String reason) {
    running.backOff().failed();
    context.timeout(running.backOff().remaining().toMillis());
    log.warn(
        "An alert waits and is told again in {} ms (failed attempt {}): {}",
        running.backOff().remaining().toMillis(),
        running.backOff().failures(),
        reason);
    return new RetriableException(reason);
  }

  private void putAside(SinkRecord record, RuntimeException reason) {
    String what =
        "the alert at topic "
            + record.topic()
            + ", partition "
            + record.kafkaPartition()
            + ", offset "
            + record.kafkaOffset()
            + ": "
            + reason.getMessage();
    ErrantRecordReporter reporter = context.errantRecordReporter();
    if (reporter == null) {
      throw new ConnectException(
          "Cannot tell of " + what + ". To put such records aside, set errors.tolerance=all",
          reason);
    }
    log.warn("Put aside {}", what);
    try {
      reporter.report(record, reason).get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ConnectException("Interrupted while putting aside " + what, interrupted);
    } catch (ExecutionException failed) {
      throw new ConnectException("Cannot put aside " + what, failed.getCause());
    }
  }

  @Override
  public void close(Collection<TopicPartition> partitions) {
    partitions.forEach(done::remove);
  }

  @Override
  public void stop() {
    started = null;
  }

  private Started running() {
    if (started == null) {
      throw new IllegalStateException("The task is not started");
    }
    return started;
  }
}

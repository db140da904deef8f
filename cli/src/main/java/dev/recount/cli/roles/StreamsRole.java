package dev.recount.cli.roles;

import dev.recount.schemas.RegistryUnavailableException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the topology: what came in becomes records. */
final class StreamsRole implements Role {
  private static final Logger log = LoggerFactory.getLogger(StreamsRole.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

  private final KafkaStreams streams;
  private final AtomicReference<@Nullable String> fault;
  private final KafkaStreamsMetrics metrics;
  private final ConfigurationFiles configuration;

  private StreamsRole(
      KafkaStreams streams,
      AtomicReference<@Nullable String> fault,
      ConfigurationFiles configuration) {
    this.streams = streams;
    this.fault = fault;
    this.metrics = new KafkaStreamsMetrics(streams);
    this.configuration = configuration;
  }

  /** Starts it; what the topology reads its configuration from is closed with it. */
  static StreamsRole start(
      Topology topology, Properties properties, ConfigurationFiles configuration) {
    KafkaStreams streams = new KafkaStreams(topology, properties);
    AtomicReference<@Nullable String> fault = new AtomicReference<>();
    streams.setUncaughtExceptionHandler(
        failure -> {
          if (isTemporary(failure)) {
            log.warn("The topology met a temporary fault and goes on: {}", failure.toString());
            return StreamThreadExceptionResponse.REPLACE_THREAD;
          }
          fault.set(describe(failure));
          log.error("The topology stops", failure);
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    streams.start();
    return new StreamsRole(streams, fault, configuration);
  }

  /**
   * What is worth another try, wherever in the chain of causes: what Kafka itself says is, and a
   * registry that does not answer.
   */
  private static boolean isTemporary(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof RetriableException || cause instanceof RegistryUnavailableException) {
        return true;
      }
    }
    return false;
  }

  /** What failed and, where that is something else, what was behind it, such as a full disk. */
  private static String describe(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String outer = failure.toString();
    String inner = root.toString();
    return outer.contains(inner) ? outer : outer + ", because of " + inner;
  }

  /** Removes the state that was kept on this machine. To be called once it is closed. */
  void removeLocalState() {
    try {
      streams.cleanUp();
    } catch (RuntimeException failed) {
      log.warn("State of an application that is no longer in force was not removed", failed);
    }
  }

  /** What made the topology stop for good; null while it goes on. */
  @Nullable String fault() {
    return fault.get();
  }

  @Override
  public String name() {
    return "topology";
  }

  @Override
  public Health health() {
    String stopped = fault.get();
    KafkaStreams.State state = streams.state();
    if (stopped != null) {
      return Health.notReady(state + ": " + stopped);
    }
    return state == KafkaStreams.State.RUNNING
        ? Health.ready(state.name())
        : Health.notReady(state.name());
  }

  /** Whatever Kafka Streams and its clients measure, and what the topology adds to it. */
  @Override
  public void bindTo(MeterRegistry registry) {
    metrics.bindTo(registry);
  }

  @Override
  public void close() {
    metrics.close();
    configuration.close();
    // Leaving the group at once spares the next start a wait for this member's session to run out.
    streams.close(
        CloseOptions.timeout(CLOSE_TIMEOUT)
            .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
  }
}

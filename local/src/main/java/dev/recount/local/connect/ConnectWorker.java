package dev.recount.local.connect;

import dev.recount.local.kafka.KafkaExits;
import dev.recount.local.process.StackException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.connect.cli.AbstractConnectCli;
import org.apache.kafka.connect.cli.ConnectDistributed;
import org.apache.kafka.connect.cli.ConnectStandalone;
import org.apache.kafka.connect.runtime.Connect;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka Connect worker in this JVM. It finds connectors on the class path through their {@code
 * META-INF/services} entries; its sinks read committed records only, unless a connector overrides
 * that.
 */
public final class ConnectWorker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectWorker.class);

  /** Longer than connectors are given to stop. */
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);

  private static final Duration POLL_PAUSE = Duration.ofMillis(50);
  private static final String BYTES_CONVERTER =
      "org.apache.kafka.connect.converters.ByteArrayConverter";

  private final Connect<?> connect;
  private final ConnectRestClient client;
  private final URI url;

  private ConnectWorker(Connect<?> connect) {
    this.connect = connect;
    this.url = connect.rest().serverUrl();
    this.client = new ConnectRestClient(url);
  }

  /**
   * Starts a worker. In distributed mode it has joined its group when the first connector is put,
   * not before.
   *
   * @throws StackException if it does not start
   */
  public static ConnectWorker start(ConnectOptions options) {
    KafkaExits.prevent();
    Map<String, String> properties = properties(options);
    AbstractConnectCli<?, ?> launcher =
        switch (options.mode()) {
          case STANDALONE -> new ConnectStandalone("recount");
          case DISTRIBUTED -> new ConnectDistributed("recount");
        };
    try {
      return new ConnectWorker(launcher.startConnect(properties));
    } catch (RuntimeException e) {
      throw new StackException("The Connect worker did not start: " + e.getMessage(), e);
    }
  }

  /** The REST interface. */
  public URI url() {
    return url;
  }

  /**
   * Adds a connector, or gives it a new configuration.
   *
   * @throws StackException if the configuration is refused, with the reasons
   */
  public void putConnector(String name, Map<String, String> config) {
    client.putConnector(name, config);
  }

  /** Removes a connector; does nothing if there is none of that name. */
  public void deleteConnector(String name) {
    client.deleteConnector(name);
  }

  /**
   * Starts a connector and its tasks again, of them only what has failed; does nothing if there is
   * no connector of that name. Connect itself leaves a failed task as it is, for ever.
   */
  public void restartFailed(String name) {
    client.restartFailed(name);
  }

  /** How all connectors are, by name. */
  public List<ConnectorStatus> status() {
    List<ConnectorStatus> all = new ArrayList<>();
    for (String name : client.connectors().stream().sorted().toList()) {
      client.status(name).ifPresent(all::add);
    }
    return all;
  }

  /** How a connector is; empty if there is none of that name, or it has only just been put. */
  public Optional<ConnectorStatus> status(String name) {
    return client.status(name);
  }

  /**
   * Waits until a connector and its tasks run.
   *
   * @throws StackException if it fails, or does not run in time
   */
  public void awaitRunning(String name, Duration timeout) {
    Instant deadline = Instant.now().plus(timeout);
    Optional<ConnectorStatus> status = status(name);
    while (status.isEmpty() || !status.get().isRunning()) {
      if (status.isPresent() && status.get().isFailed()) {
        throw new StackException("The connector " + name + " failed: " + firstTrace(status.get()));
      }
      if (Instant.now().isAfter(deadline)) {
        throw new StackException(
            "The connector "
                + name
                + " does not run after "
                + timeout.toSeconds()
                + " s: "
                + status);
      }
      LockSupport.parkNanos(POLL_PAUSE.toNanos());
      status = status(name);
    }
  }

  /**
   * Stops the connectors and the worker; sinks commit what they have written. Its REST interface
   * may be left behind: at the end of the JVM the web server stops itself too, and a stop that
   * meets another one can wait for ever.
   */
  public void stop() {
    Thread stop = new Thread(connect::stop, "connect-stop");
    stop.setDaemon(true);
    stop.start();
    try {
      stop.join(STOP_PATIENCE.toMillis());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    if (stop.isAlive()) {
      LOG.warn("Connect has not stopped after {} s, and is left behind", STOP_PATIENCE.toSeconds());
    }
  }

  @Override
  public void close() {
    stop();
  }

  private static String firstTrace(ConnectorStatus status) {
    if (!status.trace().isEmpty()) {
      return status.trace();
    }
    return status.tasks().stream()
        .map(ConnectorStatus.TaskStatus::trace)
        .filter(trace -> !trace.isEmpty())
        .findFirst()
        .orElse("no reason given");
  }

  private static Map<String, String> properties(ConnectOptions options) {
    Map<String, String> properties = new HashMap<>();
    properties.put("bootstrap.servers", options.bootstrapServers());
    properties.put("listeners", "http://127.0.0.1:" + options.restPort());
    properties.put("plugin.discovery", "service_load");
    properties.put("key.converter", BYTES_CONVERTER);
    properties.put("value.converter", BYTES_CONVERTER);
    // Streams writes in transactions: what is aborted must not reach a sink.
    properties.put("consumer.isolation.level", "read_committed");
    properties.put("connector.client.config.override.policy", "All");
    properties.put("offset.flush.interval.ms", "5000");
    switch (options.mode()) {
      case STANDALONE ->
          properties.put(
              "offset.storage.file.filename",
              folder(options.dataFolder()).resolve("offsets").toString());
      case DISTRIBUTED -> {
        properties.put("group.id", options.groupId());
        for (String topic : new String[] {"config", "offset", "status"}) {
          properties.put(topic + ".storage.topic", options.groupId() + "-connect-" + topic);
          // The brokers' own default: 1 on a single node, 3 in most clusters.
          properties.put(topic + ".storage.replication.factor", "-1");
        }
        properties.put("offset.storage.partitions", "5");
        properties.put("status.storage.partitions", "2");
        properties.put("scheduled.rebalance.max.delay.ms", "10000");
      }
    }
    properties.putAll(options.workerProperties());
    return properties;
  }

  private static Path folder(Path dataFolder) {
    try {
      return Files.createDirectories(dataFolder.toAbsolutePath());
    } catch (IOException e) {
      throw new StackException(
          "The Connect data folder " + dataFolder + " cannot be written: " + e.getMessage(), e);
    }
  }
}

package dev.recount.cli.roles;

import dev.recount.cli.status.PipelineNames;
import dev.recount.local.connect.ConnectMode;
import dev.recount.local.connect.ConnectOptions;
import dev.recount.local.connect.ConnectWorker;
import dev.recount.local.connect.ConnectorStatus;
import dev.recount.local.process.StackException;
import dev.recount.schemas.Connection;
import dev.recount.sinks.SinkConfigurations;
import dev.recount.sinks.archive.ArchiveTarget;
import dev.recount.sinks.clickhouse.ClickHouseSinkConfig;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Writes the records of the topology to ClickHouse and what models saw to the archive, and tells
 * people of alerts.
 */
final class SinksRole implements Role {
  /** One failure may be a connection that broke. */
  private static final int TOLERATED_ATTEMPTS = 2;

  private final ConnectWorker worker;
  private final List<String> connectors;
  private final ConnectorRestarts restarts;
  private final MBeanMeters meters = new MBeanMeters();
  private final AutoCloseable owned;

  private SinksRole(ConnectWorker worker, List<String> connectors, AutoCloseable owned) {
    this.worker = worker;
    this.connectors = connectors;
    this.restarts = ConnectorRestarts.start(connectors, worker::status, worker::restartFailed);
    this.owned = owned;
  }

  /** How to run a worker of one's own, by itself. */
  static ConnectOptions workerOptions(Connection connection, String group, Path folder) {
    // Connect keeps the settings of its own clients and those of its connectors' apart.
    Map<String, String> properties = new HashMap<>();
    connection
        .kafkaProperties()
        .forEach(
            (name, value) -> {
              properties.put(name, value);
              properties.put("consumer." + name, value);
              properties.put("producer." + name, value);
              properties.put("admin." + name, value);
            });
    return new ConnectOptions(
        ConnectMode.STANDALONE, connection.bootstrapServers(), group, 0, folder, properties);
  }

  /**
   * The sinks in a worker that somebody else stops.
   *
   * @param further other connectors, by name
   */
  static SinksRole start(
      Connection connection,
      ClickHouseTarget target,
      Optional<ArchiveTarget> archive,
      Map<String, Map<String, String>> further,
      ConnectWorker worker) {
    return start(
        connection, target, Optional.empty(), Map.of(), archive, further, worker, () -> {});
  }

  /**
   * The sinks in a worker of their own.
   *
   * @param cluster cluster of ClickHouse servers that the target is one of; empty for a single one
   * @param settings of the ClickHouse sink that differ from the defaults
   */
  static SinksRole startWithWorker(
      Connection connection,
      ClickHouseTarget target,
      Optional<String> cluster,
      Map<String, String> settings,
      Optional<ArchiveTarget> archive,
      Map<String, Map<String, String>> further,
      ConnectWorker worker) {
    return start(connection, target, cluster, settings, archive, further, worker, worker);
  }

  private static SinksRole start(
      Connection connection,
      ClickHouseTarget target,
      Optional<String> cluster,
      Map<String, String> settings,
      Optional<ArchiveTarget> archive,
      Map<String, Map<String, String>> further,
      ConnectWorker worker,
      AutoCloseable owned) {
    PipelineNames names = PipelineNames.of(connection.topics());
    Map<String, Map<String, String>> connectors = new LinkedHashMap<>();
    connectors.put(names.connector(), SinkConfigurations.clickHouse(connection, target));
    connectors.put(
        names.deadLetterConnector(), SinkConfigurations.clickHouseDeadLetters(connection, target));
    cluster.ifPresent(
        name ->
            connectors
                .values()
                .forEach(config -> config.put(ClickHouseSinkConfig.CLUSTER_CONFIG, name)));
    connectors.values().forEach(config -> config.putAll(settings));
    archive.ifPresent(
        place ->
            connectors.put(
                names.archiveConnector(), SinkConfigurations.archive(connection, place)));
    connectors.putAll(further);
    connectors.forEach(worker::putConnector);
    return new SinksRole(worker, List.copyOf(connectors.keySet()), owned);
  }

  @Override
  public String name() {
    return "sinks";
  }

  @Override
  public Health health() {
    List<Health> each = connectors.stream().map(this::health).toList();
    return each.stream()
        .filter(health -> !health.ready())
        .findFirst()
        .orElseGet(
            () ->
                Health.ready(each.stream().map(Health::detail).collect(Collectors.joining("; "))));
  }

  private Health health(String connector) {
    Optional<ConnectorStatus> found;
    try {
      found = worker.status(connector);
    } catch (StackException unavailable) {
      return Health.notReady(String.valueOf(unavailable.getMessage()));
    }
    if (found.isEmpty()) {
      return Health.notReady(connector + " is not there yet");
    }
    ConnectorStatus status = found.get();
    long failed = meters.failedAttempts(connector);
    if (failed >= TOLERATED_ATTEMPTS) {
      return Health.notReady(
          connector
              + " "
              + status.state()
              + ", but what it writes to has not taken anything in "
              + failed
              + " attempts; nothing is lost, the log says why");
    }
    if (status.isRunning()) {
      return Health.ready(connector + " RUNNING, tasks: " + status.tasks().size());
    }
    return Health.notReady(
        connector + " " + status.state() + reason(status) + restarts.outlook(connector));
  }

  private static String reason(ConnectorStatus status) {
    if (!status.trace().isEmpty()) {
      return ": " + firstLine(status.trace());
    }
    return status.tasks().stream()
        .filter(task -> !task.state().equals("RUNNING"))
        .findFirst()
        .map(
            task ->
                ", task "
                    + task.number()
                    + " "
                    + task.state()
                    + (task.trace().isEmpty() ? "" : ": " + firstLine(task.trace())))
        .orElse(", no tasks yet");
  }

  private static String firstLine(String trace) {
    return trace.lines().findFirst().orElse("");
  }

  @Override
  public void close() {
    restarts.close();
    try {
      owned.close();
    } catch (Exception failed) {
      throw new StackException("The Connect worker did not stop: " + failed.getMessage(), failed);
    }
  }
}

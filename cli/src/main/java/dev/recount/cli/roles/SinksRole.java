package dev.recount.cli.roles;

import dev.recount.cli.status.PipelineNames;
import dev.recount.local.connect.ConnectWorker;
import dev.recount.local.connect.ConnectorStatus;
import dev.recount.local.process.StackException;
import dev.recount.schemas.Connection;
import dev.recount.sinks.SinkConfigurations;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import java.util.Optional;

/** Writes the records of the topology to ClickHouse. */
final class SinksRole implements Role {
  private final ConnectWorker worker;
  private final String connector;
  private final AutoCloseable owned;

  private SinksRole(ConnectWorker worker, String connector, AutoCloseable owned) {
    this.worker = worker;
    this.connector = connector;
    this.owned = owned;
  }

  /** The sink in a worker that somebody else stops. */
  static SinksRole start(Connection connection, ClickHouseTarget target, ConnectWorker worker) {
    return start(connection, target, worker, () -> {});
  }

  /** The sink in a worker of its own. */
  static SinksRole startWithWorker(
      Connection connection, ClickHouseTarget target, ConnectWorker worker) {
    return start(connection, target, worker, worker);
  }

  private static SinksRole start(
      Connection connection, ClickHouseTarget target, ConnectWorker worker, AutoCloseable owned) {
    String connector = PipelineNames.of(connection.topics()).connector();
    worker.putConnector(connector, SinkConfigurations.clickHouse(connection, target));
    return new SinksRole(worker, connector, owned);
  }

  @Override
  public String name() {
    return "sinks";
  }

  @Override
  public Health health() {
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
    if (status.isRunning()) {
      return Health.ready(connector + " RUNNING, tasks: " + status.tasks().size());
    }
    return Health.notReady(connector + " " + status.state() + reason(status));
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
    try {
      owned.close();
    } catch (Exception failed) {
      throw new StackException("The Connect worker did not stop: " + failed.getMessage(), failed);
    }
  }
}

package dev.recount.cli.roles;

import dev.recount.local.connect.ConnectWorker;
import dev.recount.schemas.Connection;

/** Writes the records of the topology to ClickHouse. */
final class SinksRole implements Role {
  private final ConnectWorker worker;

  private SinksRole(ConnectWorker worker) {
    this.worker = worker;
  }

  static SinksRole migrate(Connection connection, String clickHouseUrl, ConnectWorker worker) {
    return new SinksRole(worker);
  }

  void startConnector() {}

  @Override
  public String name() {
    return "sinks";
  }

  @Override
  public Health health() {
    return Health.ready(worker.url().toString());
  }

  @Override
  public void close() {}
}

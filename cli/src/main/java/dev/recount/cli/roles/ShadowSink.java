package dev.recount.cli.roles;

import dev.recount.cli.status.PipelineNames;
import dev.recount.local.connect.ConnectWorker;
import dev.recount.schemas.Connection;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The sink of a replay: from its topics into tables of its own. It archives and tells nobody. */
public final class ShadowSink implements AutoCloseable {
  private final SinksRole role;

  private ShadowSink(SinksRole role) {
    this.role = role;
  }

  /**
   * Starts it.
   *
   * @param connection with the topics that the shadow writes to
   * @param target with the database of its tables, which it makes
   * @param folder working folder
   */
  public static ShadowSink start(Connection connection, ClickHouseTarget target, Path folder) {
    String group = PipelineNames.of(connection.topics()).connector() + "-worker";
    return new ShadowSink(
        SinksRole.startWithWorker(
            connection,
            target,
            // One server's tables: a replay hands over none of a cluster's.
            Optional.empty(),
            Map.of(),
            Optional.empty(),
            Map.of(),
            ConnectWorker.start(SinksRole.workerOptions(connection, group, folder))));
  }

  /** Why it does not run; empty while it does. */
  public Optional<String> failure() {
    Health health = role.health();
    return health.ready() ? Optional.empty() : Optional.of(health.detail());
  }

  @Override
  public void close() {
    role.close();
  }
}

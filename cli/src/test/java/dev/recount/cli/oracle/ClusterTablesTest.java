package dev.recount.cli.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.cli.deploy.ComposeServices;
import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import dev.recount.sinks.clickhouse.client.Secret;
import dev.recount.sinks.clickhouse.schema.Migrations;
import dev.recount.sinks.clickhouse.schema.SchemaOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.testcontainers.clickhouse.ClickHouseContainer;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;

/** The tables of a cluster, made by a server that is one: replicas of one, Keeper in it. */
@Testcontainers(disabledWithoutDocker = true)
class ClusterTablesTest {
  private static final String CLUSTER =
      """
      <clickhouse>
        <keeper_server>
          <tcp_port>9181</tcp_port>
          <server_id>1</server_id>
          <log_storage_path>/var/lib/clickhouse/coordination/log</log_storage_path>
          <snapshot_storage_path>/var/lib/clickhouse/coordination/snapshots</snapshot_storage_path>
          <raft_configuration>
            <server><id>1</id><hostname>localhost</hostname><port>9234</port></server>
          </raft_configuration>
        </keeper_server>
        <zookeeper><node><host>localhost</host><port>9181</port></node></zookeeper>
        <remote_servers>
          <telemetry>
            <shard>
              <internal_replication>true</internal_replication>
              <replica><host>localhost</host><port>9000</port></replica>
            </shard>
          </telemetry>
        </remote_servers>
        <macros><shard>1</shard><replica>one</replica></macros>
        <distributed_ddl><path>/clickhouse/task_queue/ddl</path></distributed_ddl>
      </clickhouse>
      """;

  @Container
  private final ClickHouseContainer server =
      new ClickHouseContainer(ComposeServices.image("clickhouse"))
          .withDatabaseName("recount")
          .withCopyToContainer(
              Transferable.of(CLUSTER), "/etc/clickhouse-server/config.d/cluster.xml");

  @Test
  void everyTableIsReplicatedAndItsViewAnswers() {
    ClickHouseTarget target =
        new ClickHouseTarget(
            server.getHttpUrl(),
            server.getUsername(),
            Secret.of(server.getPassword()),
            "recount",
            Map.of());
    SchemaOptions options =
        new SchemaOptions("recount", Duration.ofDays(90), Optional.of("telemetry"));
    try (ClickHouseConnection connection =
        ClickHouseConnection.open(target, Duration.ofMinutes(1))) {
      Migrations.apply(connection, options);
      // As every start of a sink does.
      Migrations.apply(connection, options);
      List<List<String>> others =
          connection.query(
              "SELECT name, engine FROM system.tables WHERE database = 'recount'"
                  + " AND engine LIKE '%MergeTree' AND engine != 'ReplicatedReplacingMergeTree'"
                  + " AND name != 'schema_migrations'");
      assertThat(others).isEmpty();
      for (int revision = 1; revision <= 2; revision++) {
        connection.execute(
            "INSERT INTO recount.traces (trace_id, root_name, revision) VALUES ('t', 'r"
                + revision
                + "', "
                + revision
                + ")");
      }
      assertThat(connection.query("SELECT root_name FROM recount.traces_latest"))
          .containsExactly(List.of("r2"));
    }
  }
}

package dev.recount.cli.oracle;

import dev.recount.local.connect.ConnectWorker;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import java.nio.file.Path;

/** What a test of the whole runs on: the embedded stack, or servers in containers. */
interface OracleServers extends AutoCloseable {
  /** The Kafka brokers. */
  String bootstrapServers();

  /** The schema registry. */
  String registryUrl();

  /** Where the tables are. */
  ClickHouseTarget clickHouse();

  /** Runs the sink. */
  ConnectWorker connect();

  /** A folder that goes with the servers. */
  Path folder();

  @Override
  void close();
}

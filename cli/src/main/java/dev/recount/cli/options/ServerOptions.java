package dev.recount.cli.options;

import picocli.CommandLine.Option;

/** Where a role listens, and what it makes in Kafka. */
public final class ServerOptions {
  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      defaultValue = "${env:RECOUNT_BIND:-127.0.0.1}",
      description =
          "Address to listen on (RECOUNT_BIND); 0.0.0.0 for all, as in a container. Default: @|bold ${DEFAULT-VALUE}|@")
  private String bindAddress = "127.0.0.1";

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "${env:RECOUNT_HTTP_PORT:-8090}",
      description =
          "Recount's own HTTP server (RECOUNT_HTTP_PORT). Default: @|bold ${DEFAULT-VALUE}|@")
  private int httpPort = 8090;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      defaultValue = "${env:RECOUNT_PARTITIONS:-4}",
      description =
          "Partitions of topics that do not exist yet (RECOUNT_PARTITIONS). Default: @|bold ${DEFAULT-VALUE}|@")
  private int partitions = 4;

  @Option(
      names = "--replication-factor",
      paramLabel = "N",
      defaultValue = "${env:RECOUNT_REPLICATION_FACTOR:--1}",
      description =
          "Replicas of topics that do not exist yet (RECOUNT_REPLICATION_FACTOR). Default: the broker's")
  private short replicationFactor = -1;

  /** Address to listen on. */
  public String bindAddress() {
    return bindAddress;
  }

  /** Port of Recount's own HTTP server; 0 takes a free one. */
  public int httpPort() {
    return httpPort;
  }

  /** Partitions of new topics. */
  public int partitions() {
    return partitions;
  }

  /** Replicas of new topics, -1 for the broker's default. */
  public short replicationFactor() {
    return replicationFactor;
  }
}

package dev.recount.cli.options;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether tables are on one ClickHouse server or on all of a cluster. */
public final class ClusterOptions {
  @Option(
      names = "--clickhouse-cluster",
      paramLabel = "NAME",
      defaultValue = "${env:RECOUNT_CLICKHOUSE_CLUSTER}",
      description =
          "Cluster on all of whose servers replicated tables are made and changed"
              + " (RECOUNT_CLICKHOUSE_CLUSTER). Default: a single server")
  private @Nullable String cluster;

  /** Name of the cluster; empty for a single server. */
  public Optional<String> cluster() {
    return cluster == null || cluster.isBlank() ? Optional.empty() : Optional.of(cluster);
  }
}

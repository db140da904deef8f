package dev.recount.sinks.clickhouse.schema;

import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import java.time.Duration;
import java.util.Optional;

/**
 * What the migrations leave open.
 *
 * @param database database of the tables
 * @param retention how long rows are kept, in whole days, at least one
 * @param cluster cluster on all of whose servers the tables are created, as replicated ones; empty
 *     for a single server
 */
public record SchemaOptions(String database, Duration retention, Optional<String> cluster) {
  /** How long rows are kept unless said otherwise. */
  public static final Duration DEFAULT_RETENTION = Duration.ofDays(90);

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException when a name would need quoting or the retention is too short
   */
  public SchemaOptions {
    ClickHouseTarget.requireIdentifier(database);
    cluster.ifPresent(ClickHouseTarget::requireIdentifier);
    if (retention.toDays() < 1) {
      throw new IllegalArgumentException("Rows are kept for at least one day, not " + retention);
    }
  }

  /** A single server, the default retention. */
  public static SchemaOptions of(String database) {
    return new SchemaOptions(database, DEFAULT_RETENTION, Optional.empty());
  }

  /** A statement of a migration with these options filled in. */
  String render(String statement) {
    return statement
        .replace("${database}", database)
        .replace("${on_cluster}", onCluster())
        .replace("${engine}", engine())
        .replace("${retention_days}", Long.toString(retention.toDays()));
  }

  /** What statements about tables end with after the table's name. */
  public String onCluster() {
    return cluster.map(name -> " ON CLUSTER " + name).orElse("");
  }

  /** Without arguments: the server's default_replica_path names the replicas. */
  private String engine() {
    return cluster.isPresent() ? "ReplicatedReplacingMergeTree" : "ReplacingMergeTree";
  }
}

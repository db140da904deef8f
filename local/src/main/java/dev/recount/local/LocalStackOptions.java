package dev.recount.local;

import dev.recount.local.install.InstallationListener;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * How to run the embedded stack.
 *
 * @param dataFolder where everything is kept; empty for a temporary folder that is deleted on close
 * @param kafkaPort the port of the broker; 0 takes a free one, as with the others
 * @param registryPort the port of the schema registry
 * @param clickHousePort the port of ClickHouse's HTTP interface
 * @param brokerProperties broker settings that add to or replace ours; usually empty
 * @param listener told what is being fetched on first use
 */
public record LocalStackOptions(
    Optional<Path> dataFolder,
    int kafkaPort,
    int registryPort,
    int clickHousePort,
    Map<String, String> brokerProperties,
    InstallationListener listener) {
  /** Where Kafka listens unless told otherwise. */
  public static final int DEFAULT_KAFKA_PORT = 9092;

  /** Where the schema registry listens unless told otherwise. */
  public static final int DEFAULT_REGISTRY_PORT = 8081;

  /** Where ClickHouse listens unless told otherwise. */
  public static final int DEFAULT_CLICKHOUSE_PORT = 8123;

  /** Copies the properties. */
  public LocalStackOptions {
    brokerProperties = Map.copyOf(brokerProperties);
  }

  /** Data that stays, at the usual ports. */
  public static LocalStackOptions in(Path dataFolder) {
    return new LocalStackOptions(
        Optional.of(dataFolder),
        DEFAULT_KAFKA_PORT,
        DEFAULT_REGISTRY_PORT,
        DEFAULT_CLICKHOUSE_PORT,
        Map.of(),
        InstallationListener.SILENT);
  }

  /** Data that goes with the stack, at free ports: what tests need, any number at a time. */
  public static LocalStackOptions ephemeral() {
    return new LocalStackOptions(Optional.empty(), 0, 0, 0, Map.of(), InstallationListener.SILENT);
  }

  /** The same with other ports; 0 takes a free one. */
  public LocalStackOptions withPorts(int kafka, int registry, int clickHouse) {
    return new LocalStackOptions(
        dataFolder, kafka, registry, clickHouse, brokerProperties, listener);
  }

  /** The same with somebody told what is being fetched. */
  public LocalStackOptions withListener(InstallationListener told) {
    return new LocalStackOptions(
        dataFolder, kafkaPort, registryPort, clickHousePort, brokerProperties, told);
  }
}

package dev.recount.local.connect;

import java.nio.file.Path;
import java.util.Map;

/**
 * How to run a Connect worker.
 *
 * @param mode alone or in a group
 * @param bootstrapServers the Kafka brokers
 * @param groupId in distributed mode the group, whose name also begins the names of its three
 *     topics
 * @param restPort the port of the REST interface, on the loopback interface; 0 takes a free one
 * @param dataFolder in standalone mode, where source connectors keep their offsets (sinks keep
 *     theirs in Kafka)
 * @param workerProperties worker settings that add to or replace ours, such as those of a secured
 *     cluster, or {@code listeners} and {@code rest.advertised.host.name} where the workers of a
 *     group run on several machines
 */
public record ConnectOptions(
    ConnectMode mode,
    String bootstrapServers,
    String groupId,
    int restPort,
    Path dataFolder,
    Map<String, String> workerProperties) {

  /** Copies the properties. */
  public ConnectOptions {
    workerProperties = Map.copyOf(workerProperties);
  }

  /** A worker alone, on any port. */
  public static ConnectOptions standalone(String bootstrapServers, Path dataFolder) {
    return new ConnectOptions(
        ConnectMode.STANDALONE, bootstrapServers, "recount-sinks", 0, dataFolder, Map.of());
  }

  /** One worker of a group, on any port. */
  public static ConnectOptions distributed(
      String bootstrapServers, String groupId, Path dataFolder) {
    return new ConnectOptions(
        ConnectMode.DISTRIBUTED, bootstrapServers, groupId, 0, dataFolder, Map.of());
  }
}

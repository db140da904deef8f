package dev.recount.cli.roles;

import dev.recount.cli.UserError;
import dev.recount.schemas.Connection;
import dev.recount.topology.RecountTopology;
import dev.recount.topology.StreamsConfiguration;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.TopologySettings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.Topology;

/** Puts the topology together with its configuration. */
final class TopologyAssembly {
  private static final String STREAMS_PREFIX = "streams.";

  private TopologyAssembly() {}

  /**
   * Starts the topology.
   *
   * @param changed topology settings by name, and those of Kafka Streams with {@code streams.} in
   *     front
   * @throws UserError when a setting is unknown or out of bounds
   */
  static StreamsRole start(
      Connection connection, String applicationId, Path stateFolder, Map<String, String> changed) {
    Map<String, String> own = new HashMap<>();
    Map<String, String> streams = new HashMap<>();
    changed.forEach(
        (name, value) -> {
          if (name.startsWith(STREAMS_PREFIX)) {
            streams.put(name.substring(STREAMS_PREFIX.length()), value);
          } else {
            own.put(name, value);
          }
        });
    Topology topology =
        RecountTopology.build(
            connection.topics(),
            TopologyCodecs.of(connection.newRegistryClient(), connection.topics()),
            settings(own));
    return StreamsRole.start(
        topology, StreamsConfiguration.of(connection, applicationId, stateFolder, streams));
  }

  /**
   * Topology settings, the defaults with some of them changed.
   *
   * @throws UserError when one is unknown or out of bounds
   */
  static TopologySettings settings(Map<String, String> changed) {
    try {
      return TopologySettings.fromMap(changed);
    } catch (ConfigException refused) {
      throw new UserError(
          String.valueOf(refused.getMessage()), "Correct it in --set KEY=VALUE.", refused);
    }
  }
}

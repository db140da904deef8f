package dev.recount.cli.roles;

import dev.recount.schemas.Connection;
import dev.recount.schemas.Topics;
import dev.recount.topology.Configuration;
import dev.recount.topology.Configuration.Replacement;
import dev.recount.topology.RecountTopology;
import dev.recount.topology.StreamsConfiguration;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.TopologySettings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** The topology as a replay runs it: from the live log into topics of its own. */
public final class ShadowTopology implements AutoCloseable {
  private final StreamsRole role;

  private ShadowTopology(StreamsRole role) {
    this.role = role;
  }

  /**
   * Starts it.
   *
   * @param connection with the topics of the schemas
   * @param sources the topics that it reads
   * @param outputs the topics that it writes to
   * @param ownLog whether it writes the log that it reads, and so ticks and links
   * @param settings the topology's settings that differ from the defaults
   * @param replaced what holds in place of what the log says of the configuration, by name; what it
   *     writes of it into a log of its own agrees with that
   * @param consumer properties of the consumer of its sources
   */
  public static ShadowTopology start(
      Connection connection,
      Topics sources,
      Topics outputs,
      boolean ownLog,
      String application,
      Path stateFolder,
      Map<String, String> settings,
      Map<String, Replacement> replaced,
      Map<String, Object> consumer) {
    Map<String, String> replaying = new HashMap<>(settings);
    replaying.put("live", Boolean.toString(ownLog));
    Properties configuration =
        StreamsConfiguration.of(connection, application, stateFolder, Map.of());
    consumer.forEach((name, value) -> configuration.put("main.consumer." + name, value));
    TopologySettings own = TopologySettings.fromMap(replaying);
    ConfigurationFiles wanted =
        ConfigurationFiles.watch(Configuration.replacing(own, replaced), Map.of());
    return new ShadowTopology(
        StreamsRole.start(
            RecountTopology.buildShadow(
                sources,
                outputs,
                // By the live subjects: what is written has the IDs that live records have.
                TopologyCodecs.of(
                    connection.newRegistryClient(),
                    Topics.withPrefix(connection.topics().prefix())),
                own,
                wanted),
            configuration,
            wanted));
  }

  /** What made it stop for good; empty while it goes on. */
  public Optional<String> failure() {
    return Optional.ofNullable(role.fault());
  }

  @Override
  public void close() {
    role.close();
  }
}

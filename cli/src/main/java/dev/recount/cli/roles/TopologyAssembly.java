package dev.recount.cli.roles;

import dev.recount.cli.UserError;
import dev.recount.schemas.Connection;
import dev.recount.schemas.redaction.Redaction;
import dev.recount.topology.Configuration;
import dev.recount.topology.RecountTopology;
import dev.recount.topology.StreamsConfiguration;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.TopologySettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.Topology;

/** Puts the topology together with its configuration. */
final class TopologyAssembly {
  private static final String STREAMS_PREFIX = "streams.";
  private static final String FILE_PREFIX = "@";

  private TopologyAssembly() {}

  /**
   * Starts the topology.
   *
   * @param changed topology settings by name, and those of Kafka Streams with {@code streams.} in
   *     front
   * @param redaction applied to every input before it is logged
   * @param files of configuration, by the name of what they configure
   * @throws UserError when a setting is unknown or out of bounds, or a file cannot be followed
   */
  static StreamsRole start(
      Connection connection,
      String applicationId,
      Path stateFolder,
      Map<String, String> changed,
      Redaction redaction,
      Map<String, Path> files) {
    Split split = Split.of(changed);
    TopologySettings settings = settings(split.own());
    ConfigurationFiles configuration =
        ConfigurationFiles.watch(Configuration.of(settings).wanted(), files);
    Topology topology =
        RecountTopology.build(
            connection.topics(),
            TopologyCodecs.of(connection.newRegistryClient(), connection.topics()),
            settings,
            redaction,
            configuration);
    return StreamsRole.start(
        topology,
        StreamsConfiguration.of(connection, applicationId, stateFolder, split.streams()),
        configuration);
  }

  /**
   * Checks settings before anything is started.
   *
   * @throws UserError when one is unknown or out of bounds, or a file cannot be followed
   */
  static void check(Map<String, String> changed, Map<String, Path> files) {
    settings(Split.of(changed).own());
    ConfigurationFiles.check(files);
  }

  private static TopologySettings settings(Map<String, String> own) {
    try {
      return TopologySettings.fromMap(own);
    } catch (ConfigException refused) {
      throw new UserError(
          String.valueOf(refused.getMessage()), "Correct it in --set KEY=VALUE.", refused);
    }
  }

  /** The content of a file where the setting names one, as {@code @FILE}. */
  private static String contentOf(String name, String value) {
    if (!value.startsWith(FILE_PREFIX)) {
      return value;
    }
    Path file = Path.of(value.substring(FILE_PREFIX.length()));
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new UserError(
          "Setting " + name + ": cannot read " + file + ".",
          "Give a readable text file, as " + name + "=@FILE.",
          unreadable);
    }
  }

  /** Settings of the topology, and those of Kafka Streams without their prefix. */
  private record Split(Map<String, String> own, Map<String, String> streams) {
    static Split of(Map<String, String> changed) {
      Map<String, String> own = new HashMap<>();
      Map<String, String> streams = new HashMap<>();
      changed.forEach(
          (name, value) -> {
            if (name.startsWith(STREAMS_PREFIX)) {
              streams.put(name.substring(STREAMS_PREFIX.length()), value);
            } else {
              own.put(name, contentOf(name, value));
            }
          });
      return new Split(own, streams);
    }
  }
}

package dev.recount.cli.options;

import dev.recount.cli.UserError;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topics;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How to reach Kafka and the schema registry. */
public final class KafkaOptions {
  private static final String REGISTRY_PROPERTY_PREFIX = "schema.registry.";

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:RECOUNT_BOOTSTRAP_SERVERS:-127.0.0.1:9092}",
      description =
          "Kafka brokers, several with commas (RECOUNT_BOOTSTRAP_SERVERS). Default: @|bold ${DEFAULT-VALUE}|@")
  private String bootstrapServers = "127.0.0.1:9092";

  @Option(
      names = "--schema-registry-url",
      paramLabel = "URL",
      defaultValue = "${env:RECOUNT_SCHEMA_REGISTRY_URL:-http://127.0.0.1:8081}",
      description =
          "Confluent-compatible schema registry (RECOUNT_SCHEMA_REGISTRY_URL). Default: @|bold ${DEFAULT-VALUE}|@")
  private String schemaRegistryUrl = "http://127.0.0.1:8081";

  @Option(
      names = "--topic-prefix",
      paramLabel = "TEXT",
      defaultValue = "${env:RECOUNT_TOPIC_PREFIX:-}",
      description = "Put before every topic name, as in 'staging.' (RECOUNT_TOPIC_PREFIX).")
  private String topicPrefix = "";

  @Option(
      names = "--kafka-properties",
      paramLabel = "FILE",
      defaultValue = "${env:RECOUNT_KAFKA_PROPERTIES}",
      description =
          "Further Kafka client properties: TLS, SASL (RECOUNT_KAFKA_PROPERTIES). Those that begin"
              + " with schema.registry. go to the registry client, without it.")
  private @Nullable Path kafkaProperties;

  /**
   * The connection that the options describe.
   *
   * @throws UserError when the properties file cannot be read
   */
  public Connection connection() {
    Map<String, String> kafka = new HashMap<>();
    Map<String, String> registry = new HashMap<>();
    properties()
        .forEach(
            (name, value) -> {
              String key = name.toString();
              if (key.startsWith(REGISTRY_PROPERTY_PREFIX)) {
                registry.put(key.substring(REGISTRY_PROPERTY_PREFIX.length()), value.toString());
              } else {
                kafka.put(key, value.toString());
              }
            });
    return new Connection(
        bootstrapServers, schemaRegistryUrl, Topics.withPrefix(topicPrefix), kafka, registry);
  }

  private Properties properties() {
    Properties properties = new Properties();
    if (kafkaProperties == null) {
      return properties;
    }
    try (Reader file = Files.newBufferedReader(kafkaProperties, StandardCharsets.UTF_8)) {
      properties.load(file);
      return properties;
    } catch (IOException | IllegalArgumentException failed) {
      throw new UserError(
          "Cannot read Kafka properties from " + kafkaProperties + ": " + failed.getMessage(),
          "Name a file of key=value lines with --kafka-properties.",
          failed);
    }
  }
}

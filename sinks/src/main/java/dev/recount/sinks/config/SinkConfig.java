package dev.recount.sinks.config;

import dev.recount.schemas.Connection;
import dev.recount.schemas.Topics;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;

/** What every sink has to be told: where schemas are, what topics are called, how long to wait. */
public abstract class SinkConfig extends AbstractConfig {
  public static final String REGISTRY_URL_CONFIG = "schema.registry.url";
  private static final String REGISTRY_URL_DOC =
      "Base URL of a Confluent-compatible schema registry, several with commas.";

  /** Properties of the schema registry's client, passed through without this prefix. */
  public static final String REGISTRY_CLIENT_PREFIX = "schema.registry.client.";

  /** Properties of the schema registry's client that have this prefix themselves. */
  private static final String REGISTRY_PREFIX = "schema.registry.";

  public static final String TOPIC_PREFIX_CONFIG = "topic.prefix";
  private static final String TOPIC_PREFIX_DOC =
      "Prefix of the names of all topics of the catalogue.";

  public static final String RETRY_BACKOFF_MAX_MS_CONFIG = "retry.backoff.max.ms";
  private static final String RETRY_BACKOFF_MAX_MS_DOC =
      "Longest wait between two attempts to reach %s or the registry, in milliseconds. Attempts never end.";
  private static final int RETRY_BACKOFF_MAX_MS_DEFAULT = 15_000;

  /**
   * Reads settings.
   *
   * @throws ConfigException when one is missing or not valid
   */
  protected SinkConfig(ConfigDef definition, Map<String, String> properties) {
    // Never logged as a whole: what is passed through to a client may hold secrets.
    super(definition, properties, false);
  }

  /**
   * The settings that all sinks have, to which a sink adds its own.
   *
   * @param target what the documentation calls where the sink writes
   */
  protected static ConfigDef common(String target) {
    return new ConfigDef()
        .define(
            REGISTRY_URL_CONFIG,
            Type.STRING,
            ConfigDef.NO_DEFAULT_VALUE,
            new ConfigDef.NonEmptyString(),
            Importance.HIGH,
            REGISTRY_URL_DOC)
        .define(TOPIC_PREFIX_CONFIG, Type.STRING, "", Importance.MEDIUM, TOPIC_PREFIX_DOC)
        .define(
            RETRY_BACKOFF_MAX_MS_CONFIG,
            Type.INT,
            RETRY_BACKOFF_MAX_MS_DEFAULT,
            ConfigDef.Range.between(1, 600_000),
            Importance.LOW,
            RETRY_BACKOFF_MAX_MS_DOC.formatted(target));
  }

  /** The topic catalogue. */
  public final Topics topics() {
    return Topics.withPrefix(getString(TOPIC_PREFIX_CONFIG));
  }

  /** Longest wait between two attempts. */
  public final Duration longestBackOff() {
    return Duration.ofMillis(getInt(RETRY_BACKOFF_MAX_MS_CONFIG));
  }

  /** A new client of the schema registry. */
  public final SchemaRegistryClient newRegistryClient() {
    String noKafka = "";
    return new Connection(
            noKafka, getString(REGISTRY_URL_CONFIG), topics(), Map.of(), registryProperties())
        .newRegistryClient();
  }

  /** What is passed through to the schema registry's client. */
  Map<String, String> registryProperties() {
    Map<String, String> properties = new HashMap<>();
    originalsStrings()
        .forEach(
            (name, value) -> {
              if (name.startsWith(REGISTRY_CLIENT_PREFIX)) {
                properties.put(name.substring(REGISTRY_CLIENT_PREFIX.length()), value);
              } else if (name.startsWith(REGISTRY_PREFIX)) {
                properties.put(name, value);
              }
            });
    return properties;
  }
}

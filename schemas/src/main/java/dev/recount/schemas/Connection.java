package dev.recount.schemas;

import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientConfig;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;

/**
 * How to reach Kafka and the schema registry.
 *
 * @param bootstrapServers Kafka brokers, {@code host:port[,host:port…]}
 * @param schemaRegistryUrl base URL of a Confluent-compatible registry, several with commas
 * @param topics the topic catalogue, prefix included
 * @param kafkaProperties further Kafka client properties, passed through as they are: TLS, SASL
 * @param registryProperties further registry client properties, passed through as they are
 */
public record Connection(
    String bootstrapServers,
    String schemaRegistryUrl,
    Topics topics,
    Map<String, String> kafkaProperties,
    Map<String, String> registryProperties) {
  private static final String TLS_PREFIX = "ssl.";
  private static final int CACHED_SCHEMAS_PER_SUBJECT = 1000;

  /** Copies the property maps. */
  public Connection {
    kafkaProperties = Map.copyOf(kafkaProperties);
    registryProperties = Map.copyOf(registryProperties);
  }

  /** A connection without security, topics without a prefix. */
  public static Connection plain(String bootstrapServers, String schemaRegistryUrl) {
    return new Connection(
        bootstrapServers, schemaRegistryUrl, Topics.withPrefix(""), Map.of(), Map.of());
  }

  /** The same servers, other topics. */
  public Connection withTopics(Topics others) {
    return new Connection(
        bootstrapServers, schemaRegistryUrl, others, kafkaProperties, registryProperties);
  }

  /** Properties that any Kafka client needs to connect, as a fresh mutable object. */
  public Properties kafkaClientProperties() {
    Properties properties = new Properties();
    properties.putAll(kafkaProperties);
    properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    return properties;
  }

  /** A new client of the schema registry. */
  public SchemaRegistryClient newRegistryClient() {
    List<String> urls = Arrays.stream(schemaRegistryUrl.split(",")).map(String::strip).toList();
    return new CachedSchemaRegistryClient(
        urls,
        CACHED_SCHEMAS_PER_SUBJECT,
        List.of(new AvroSchemaProvider()),
        registryClientProperties(),
        Map.of());
  }

  /** The client looks for what concerns TLS under a prefix, and for everything else without it. */
  private Map<String, Object> registryClientProperties() {
    Map<String, Object> properties = new HashMap<>(registryProperties);
    registryProperties.forEach(
        (name, value) -> {
          if (name.startsWith(TLS_PREFIX)) {
            properties.put(SchemaRegistryClientConfig.CLIENT_NAMESPACE + name, value);
          }
        });
    return properties;
  }

  /** Without the properties: they may hold secrets. */
  @Override
  public String toString() {
    return "Connection[" + bootstrapServers + ", " + schemaRegistryUrl + "]";
  }
}

package dev.recount.sinks;

import dev.recount.schemas.Connection;
import dev.recount.schemas.Topic;
import dev.recount.schemas.Topics;
import dev.recount.sinks.alert.AlertSinkConfig;
import dev.recount.sinks.alert.AlertSinkConnector;
import dev.recount.sinks.archive.ArchiveTarget;
import dev.recount.sinks.archive.SnapshotArchiveConfig;
import dev.recount.sinks.archive.SnapshotArchiveConnector;
import dev.recount.sinks.clickhouse.ClickHouseSinkConfig;
import dev.recount.sinks.clickhouse.ClickHouseSinkConnector;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import dev.recount.sinks.clickhouse.client.Secret;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.connect.sink.SinkConnector;

/** Connector configurations, as a Kafka Connect worker takes them. */
public final class SinkConfigurations {
  private static final String BYTES = "org.apache.kafka.connect.converters.ByteArrayConverter";

  /** Room for the key, the headers and the framing of the largest record. */
  private static final int RECORD_OVERHEAD_BYTES = 1 << 20;

  private static final int LARGEST_RECORD_BYTES =
      Topics.RECORD_MAXIMUM_BYTES + RECORD_OVERHEAD_BYTES;

  /**
   * What is fetched is compressed, and takes up many times as much when it is read; after an outage
   * all of it comes at once, and is held for each partition. A larger batch is fetched all the
   * same.
   */
  private static final int PARTITION_FETCH_BYTES = 256 << 10;

  private static final int FETCH_BYTES = 4 << 20;

  private SinkConfigurations() {}

  /**
   * The connectors that together write every output topic into ClickHouse, by name: {@link
   * #clickHouse} and {@link #clickHouseDeadLetters}. Names carry the topic prefix, so that
   * pipelines side by side do not share a consumer group.
   */
  public static Map<String, Map<String, String>> clickHouseConnectors(
      Connection connection, ClickHouseTarget target) {
    Map<String, Map<String, String>> connectors = new LinkedHashMap<>();
    String prefix = connection.topics().prefix();
    connectors.put(prefix + "recount-clickhouse", clickHouse(connection, target));
    connectors.put(
        prefix + "recount-clickhouse-dead-letters", clickHouseDeadLetters(connection, target));
    return connectors;
  }

  /**
   * The ClickHouse sink over all topics with a table but dead letters, to which it adds what it
   * cannot write. One task, the default batches. Callers may change the map: it is a fresh one.
   *
   * <p>A password that is in memory is part of the map, and a Connect worker shows connector
   * configurations to whoever asks its REST interface; prefer {@link Secret#inFile}.
   *
   * @param connection where records and schemas come from
   * @param target where rows go
   */
  public static Map<String, String> clickHouse(Connection connection, ClickHouseTarget target) {
    Topics topics = connection.topics();
    Map<String, String> config = common(connection, target);
    config.put(
        "topics",
        topics.tables().stream()
            .map(Topic::name)
            .filter(name -> !name.equals(topics.deadLetters().name()))
            .collect(Collectors.joining(",")));
    putDeadLetterQueue(config, topics);
    return config;
  }

  /**
   * The ClickHouse sink over dead letters alone. A connector of its own, since Connect refuses one
   * that reads the topic to which it adds; it adds to none.
   */
  public static Map<String, String> clickHouseDeadLetters(
      Connection connection, ClickHouseTarget target) {
    Map<String, String> config = common(connection, target);
    config.put("topics", connection.topics().deadLetters().name());
    return config;
  }

  /**
   * The alert sink over the topic of alerts. Begins with what is written from now on: what fires
   * already is said again within a minute.
   *
   * @param format {@link AlertSinkConfig#ALERTMANAGER} or {@link AlertSinkConfig#WEBHOOK}
   * @param endpoint settings of {@link AlertSinkConfig} that say where it is and how to get in
   */
  public static Map<String, String> alerts(
      Connection connection, String format, Map<String, String> endpoint) {
    Map<String, String> config = reading(AlertSinkConnector.class, connection);
    config.put("topics", connection.topics().alerts().name());
    config.put("consumer.override.auto.offset.reset", "latest");
    config.put(AlertSinkConfig.FORMAT_CONFIG, format);
    config.putAll(endpoint);
    putDeadLetterQueue(config, connection.topics());
    return config;
  }

  /**
   * The snapshot archive. One task. Callers may change the map: it is a fresh one.
   *
   * @param connection where records and schemas come from
   * @param target where the archive is
   */
  public static Map<String, String> archive(Connection connection, ArchiveTarget target) {
    Topics topics = connection.topics();
    Map<String, String> config = reading(SnapshotArchiveConnector.class, connection);
    config.put("topics", topics.snapshotRecords().name() + "," + topics.snapshotContents().name());
    config.put(SnapshotArchiveConfig.URL_CONFIG, target.location().url());
    config.put(
        SnapshotArchiveConfig.RETENTION_DAYS_CONFIG, Long.toString(target.retention().toDays()));
    putDeadLetterQueue(config, topics);
    return config;
  }

  private static Map<String, String> common(Connection connection, ClickHouseTarget target) {
    Map<String, String> config = reading(ClickHouseSinkConnector.class, connection);
    putTarget(config, target);
    return config;
  }

  private static Map<String, String> reading(
      Class<? extends SinkConnector> connector, Connection connection) {
    Map<String, String> config = new LinkedHashMap<>();
    config.put("connector.class", connector.getName());
    config.put("tasks.max", "1");
    config.put("key.converter", BYTES);
    config.put("value.converter", BYTES);
    config.put("header.converter", BYTES);
    putConsumer(config);
    putRegistry(config, connection);
    return config;
  }

  private static void putDeadLetterQueue(Map<String, String> config, Topics topics) {
    config.put("errors.tolerance", "all");
    config.put("errors.deadletterqueue.topic.name", topics.deadLetters().name());
    config.put("errors.deadletterqueue.context.headers.enable", "true");
    // The topic exists when the sink starts; should it not, the broker's default holds.
    config.put("errors.deadletterqueue.topic.replication.factor", "-1");
    config.put("producer.override.max.request.size", Integer.toString(LARGEST_RECORD_BYTES));
  }

  private static void putConsumer(Map<String, String> config) {
    config.put("consumer.override.isolation.level", "read_committed");
    config.put("consumer.override.auto.offset.reset", "earliest");
    config.put("consumer.override.max.poll.records", "500");
    config.put(
        "consumer.override.max.partition.fetch.bytes", Integer.toString(PARTITION_FETCH_BYTES));
    config.put("consumer.override.fetch.max.bytes", Integer.toString(FETCH_BYTES));
  }

  private static void putRegistry(Map<String, String> config, Connection connection) {
    config.put(ClickHouseSinkConfig.REGISTRY_URL_CONFIG, connection.schemaRegistryUrl());
    config.put(ClickHouseSinkConfig.TOPIC_PREFIX_CONFIG, connection.topics().prefix());
    connection
        .registryProperties()
        .forEach(
            (name, value) -> config.put(ClickHouseSinkConfig.REGISTRY_CLIENT_PREFIX + name, value));
  }

  private static void putTarget(Map<String, String> config, ClickHouseTarget target) {
    config.put(ClickHouseSinkConfig.URL_CONFIG, target.url());
    config.put(ClickHouseSinkConfig.USER_CONFIG, target.user());
    config.put(ClickHouseSinkConfig.DATABASE_CONFIG, target.database());
    if (target.password() instanceof Secret.InFile inFile) {
      config.put(
          ClickHouseSinkConfig.PASSWORD_FILE_CONFIG, inFile.file().toAbsolutePath().toString());
    } else {
      config.put(ClickHouseSinkConfig.PASSWORD_CONFIG, target.password().reveal());
    }
    target
        .options()
        .forEach(
            (name, value) -> config.put(ClickHouseSinkConfig.CLIENT_OPTION_PREFIX + name, value));
  }
}

package dev.recount.topology;

import dev.recount.schemas.Connection;
import dev.recount.schemas.Topics;
import dev.recount.topology.assembly.BoundedRocksDb;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** How the topology runs: exactly once, with bounded memory, on records of the largest size. */
public final class StreamsConfiguration {
  private static final int COMMIT_INTERVAL_MS = 200;
  private static final long HEADER_CACHE_BYTES = 64L << 20;
  private static final int FETCH_BYTES = 32 << 20;

  private StreamsConfiguration() {}

  /**
   * Properties for {@code KafkaStreams}.
   *
   * @param applicationId consumer group, prefix of the changelogs and of the transactional IDs
   * @param stateDirectory where RocksDB keeps its files
   * @param overrides Kafka Streams properties that take precedence
   */
  public static Properties of(
      Connection connection,
      String applicationId,
      Path stateDirectory,
      Map<String, String> overrides) {
    Properties properties = connection.kafkaClientProperties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toString());
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_INTERVAL_MS);
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2);
    properties.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, "streams");
    properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
    properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, HEADER_CACHE_BYTES);
    properties.put(
        StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class.getName());
    // The largest record must pass in and out.
    properties.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
        Topics.RECORD_MAXIMUM_BYTES);
    properties.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
    // A commit flushes, and nobody reads before it: waiting until then for batches to fill costs no
    // time, and spares most of the requests and compression buffers.
    properties.put(
        StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), COMMIT_INTERVAL_MS);
    properties.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 256 << 10);
    properties.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG),
        FETCH_BYTES / 8);
    properties.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.FETCH_MAX_BYTES_CONFIG), FETCH_BYTES);
    properties.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    properties.putAll(overrides);
    return properties;
  }
}

package dev.recount.connectors.kafka;

import dev.recount.schemas.Connection;
import dev.recount.schemas.KafkaUnavailableException;
import dev.recount.schemas.Topics;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * The gateway over a Kafka producer that waits for all in-sync replicas, and gives up in time for a
 * client to get an answer while it still waits for one.
 *
 * <p>Safe for use by several threads.
 */
public final class ProducerGateway implements KafkaGateway, AutoCloseable {
  /**
   * How long a record may stay unacknowledged before its send fails. Together with {@link
   * #BLOCKING_TIMEOUT} it stays under the ten seconds after which OTLP exporters stop listening.
   */
  public static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(7);

  /** The same for one who has nobody else to ask for a retry. */
  public static final Duration PATIENT_DELIVERY_TIMEOUT = Duration.ofMinutes(2);

  /** How long {@link #send} itself may block: for metadata, or for room in the buffer. */
  public static final Duration BLOCKING_TIMEOUT = Duration.ofSeconds(2);

  /** Bytes of records that may wait in the producer. */
  public static final long BUFFER_BYTES = 256L << 20;

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(6);
  private static final Duration LINGER = Duration.ofMillis(5);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);
  private static final int BATCH_BYTES = 256 << 10;

  /** What a request wraps around the largest record. */
  private static final int REQUEST_OVERHEAD_BYTES = 64 << 10;

  private final Producer<byte @Nullable [], byte[]> producer;

  ProducerGateway(Producer<byte @Nullable [], byte[]> producer) {
    this.producer = producer;
  }

  /**
   * A gateway with a producer of its own. Kafka need not be reachable yet.
   *
   * @throws KafkaUnavailableException when the properties of the connection make no producer
   */
  public static ProducerGateway connect(Connection connection) {
    return connect(connection, DELIVERY_TIMEOUT, BLOCKING_TIMEOUT);
  }

  /**
   * A gateway that waits longer for Kafka: for a program that works through a file.
   *
   * @throws KafkaUnavailableException when the properties of the connection make no producer
   */
  public static ProducerGateway connectPatiently(Connection connection) {
    return connect(connection, PATIENT_DELIVERY_TIMEOUT, PATIENT_DELIVERY_TIMEOUT);
  }

  private static ProducerGateway connect(
      Connection connection, Duration delivery, Duration blocking) {
    try {
      return new ProducerGateway(
          new KafkaProducer<>(
              producerProperties(connection, delivery, blocking),
              new ByteArraySerializer(),
              new ByteArraySerializer()));
    } catch (KafkaException failed) {
      Throwable reason = failed.getCause() == null ? failed : failed.getCause();
      throw new KafkaUnavailableException(
          "Cannot create a producer for " + connection + ": " + reason.getMessage(), failed);
    }
  }

  /** Ours are defaults: the connection's own Kafka properties win. */
  static Properties producerProperties(
      Connection connection, Duration delivery, Duration blocking) {
    Properties properties = new Properties();
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    properties.put(ProducerConfig.LINGER_MS_CONFIG, Long.toString(LINGER.toMillis()));
    properties.put(ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(BATCH_BYTES));
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, Long.toString(BUFFER_BYTES));
    properties.put(
        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
        Integer.toString(Topics.OTLP_MAXIMUM_BYTES + REQUEST_OVERHEAD_BYTES));
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Long.toString(blocking.toMillis()));
    properties.put(
        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Long.toString(REQUEST_TIMEOUT.toMillis()));
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Long.toString(delivery.toMillis()));
    properties.putAll(connection.kafkaClientProperties());
    return properties;
  }

  @Override
  public CompletableFuture<Void> send(String topic, byte @Nullable [] key, byte[] value) {
    CompletableFuture<Void> acknowledged = new CompletableFuture<>();
    try {
      producer.send(
          new ProducerRecord<>(topic, key, value),
          (metadata, failed) -> {
            if (failed == null) {
              acknowledged.complete(null);
            } else {
              acknowledged.completeExceptionally(failure(topic, failed));
            }
          });
    } catch (KafkaException | IllegalStateException failed) {
      // Among others: interrupted while waiting, or closed meanwhile.
      acknowledged.completeExceptionally(failure(topic, failed));
    }
    return acknowledged;
  }

  private static SendException failure(String topic, Exception failed) {
    return new SendException(
        "Kafka did not take a record for " + topic + ": " + failed.getMessage(),
        failed,
        !(failed instanceof RecordTooLargeException));
  }

  /** Waits for records on their way, at most as long as their delivery may take. */
  @Override
  public void close() {
    producer.close(CLOSE_TIMEOUT);
  }
}

package dev.recount.cli.forget;

import dev.recount.avro.Forget;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.cli.UserError;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.Connection;
import dev.recount.topology.FeedbackKeys;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Says in the log of trace events what is to be forgotten: every replay reads it there. */
final class ForgetLog {
  private ForgetLog() {}

  /**
   * Appends a record for each trace and each piece of feedback, and waits until Kafka has them.
   *
   * @throws UserError when Kafka does not take one
   */
  static void append(Connection connection, Forgotten forgotten, @Nullable String reason) {
    Properties properties = connection.kafkaClientProperties();
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    String topic = connection.topics().traceEvents().name();
    try (SchemaRegistryClient registry = connection.newRegistryClient();
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      AvroCodec<TraceEvent> codec =
          AvroCodec.of(TraceEvent.class, connection.topics().traceEvents().subject(), registry);
      for (String traceId : forgotten.traceIds()) {
        send(producer, topic, traceId, codec.encode(event(traceId, traceId, reason)), failure);
      }
      for (String id : forgotten.feedbackIds()) {
        send(producer, topic, FeedbackKeys.of(id), codec.encode(event(id, "", reason)), failure);
      }
      producer.flush();
    } catch (IOException ignored) {
      // The registry's client did not close; it has done its work.
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw new UserError(
          "Kafka did not take a record: " + failed.getMessage(),
          "Nothing has been deleted yet; try again.",
          failed);
    }
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer,
      String topic,
      String key,
      byte[] value,
      AtomicReference<@Nullable Exception> failure) {
    producer.send(
        new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value),
        (metadata, failed) -> {
          if (failed != null) {
            failure.compareAndSet(null, failed);
          }
        });
  }

  private static TraceEvent event(String identity, String traceId, @Nullable String reason) {
    TraceEvent event = new TraceEvent();
    event.setKind(TraceEventKind.FORGET);
    event.setIdentity(identity);
    event.setPayload(new Forget(traceId, reason));
    return event;
  }
}

package dev.recount.cli.load;

import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.FeedbackEvent;
import dev.recount.cli.UserError;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topics;
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

/** Produces context snapshots, decisions and feedback to their topics. */
public final class EventProducer implements AutoCloseable {
  private final Topics topics;
  private final SchemaRegistryClient registry;
  private final AvroCodec<ContextSnapshot> snapshots;
  private final AvroCodec<DecisionEvent> decisions;
  private final AvroCodec<FeedbackEvent> feedback;
  private final KafkaProducer<byte[], byte[]> producer;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  /**
   * A producer for a pipeline.
   *
   * @throws dev.recount.schemas.RegistryUnavailableException when the registry does not answer
   */
  public EventProducer(Connection connection) {
    this.topics = connection.topics();
    this.registry = connection.newRegistryClient();
    this.snapshots =
        AvroCodec.of(ContextSnapshot.class, topics.contextSnapshots().subject(), registry);
    this.decisions = AvroCodec.of(DecisionEvent.class, topics.agentDecisions().subject(), registry);
    this.feedback = AvroCodec.of(FeedbackEvent.class, topics.feedback().subject(), registry);
    Properties properties = connection.kafkaClientProperties();
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    this.producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Sends a snapshot, without waiting. */
  public void send(ContextSnapshot snapshot) {
    send(topics.contextSnapshots().name(), snapshot.getTraceId(), snapshots.encode(snapshot));
  }

  /** Sends a decision, without waiting. */
  public void send(DecisionEvent decision) {
    send(topics.agentDecisions().name(), decision.getTraceId(), decisions.encode(decision));
  }

  /** Sends feedback, without waiting. */
  public void send(FeedbackEvent event) {
    send(topics.feedback().name(), event.getFeedbackId(), feedback.encode(event));
  }

  private void send(String topic, String key, byte[] value) {
    producer.send(
        new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value),
        (metadata, failed) -> {
          if (failed != null) {
            failure.compareAndSet(null, failed);
          }
        });
  }

  /**
   * Waits until Kafka has taken everything.
   *
   * @throws UserError when it has not
   */
  public void flush() {
    producer.flush();
    Exception failed = failure.get();
    if (failed != null) {
      throw new UserError("Kafka did not take a record: " + failed.getMessage(), null, failed);
    }
  }

  @Override
  public void close() {
    producer.close();
    try {
      registry.close();
    } catch (IOException ignored) {
      // Everything has been sent.
    }
  }
}

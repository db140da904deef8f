package dev.recount.connectors.feedback;

import dev.recount.avro.FeedbackEvent;
import dev.recount.connectors.kafka.KafkaGateway;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.Topic;
import dev.recount.schemas.Topics;
import dev.recount.schemas.redaction.EventRedaction;
import dev.recount.schemas.redaction.Redaction;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Sends feedback events to Kafka. Safe for use by several threads. */
public final class FeedbackProducer {
  private final KafkaGateway kafka;
  private final AvroCodec<FeedbackEvent> codec;
  private final String topic;
  private final EventRedaction redaction;

  /**
   * A producer over a gateway, which stays open.
   *
   * @throws dev.recount.schemas.RegistryUnavailableException when the schema registry does not
   *     answer
   */
  public FeedbackProducer(KafkaGateway kafka, Topics topics, SchemaRegistryClient registry) {
    this(kafka, topics, registry, Redaction.none());
  }

  /**
   * Likewise, redacting events before they are sent.
   *
   * @throws dev.recount.schemas.RegistryUnavailableException when the schema registry does not
   *     answer
   */
  public FeedbackProducer(
      KafkaGateway kafka, Topics topics, SchemaRegistryClient registry, Redaction redaction) {
    Topic feedback = topics.feedback();
    this.kafka = kafka;
    this.codec = AvroCodec.of(FeedbackEvent.class, feedback.subject(), registry);
    this.topic = feedback.name();
    this.redaction = new EventRedaction(redaction);
  }

  /**
   * Sends events, each keyed by what it is about. May block for a short, bounded time.
   *
   * @return completes when Kafka has acknowledged all of them; exceptionally with a {@link
   *     dev.recount.connectors.kafka.SendException} when at least one failed, while others may have
   *     been taken: sent again with the same IDs they change nothing
   */
  public CompletableFuture<Void> send(List<FeedbackEvent> events) {
    List<CompletableFuture<Void>> sent = new ArrayList<>(events.size());
    for (FeedbackEvent given : events) {
      FeedbackEvent event = redaction.feedback(given);
      CompletableFuture<Void> one = kafka.send(topic, key(event), codec.encode(event));
      sent.add(one);
      if (one.isCompletedExceptionally()) {
        // Kafka does not answer: each further one would block as long as this one did.
        break;
      }
    }
    return CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new));
  }

  private static byte @Nullable [] key(FeedbackEvent event) {
    return Stream.of(
            event.getTraceId(), event.getResponseId(), event.getToolCallId(), event.getSessionId())
        .filter(id -> id != null)
        .findFirst()
        .map(id -> id.getBytes(StandardCharsets.UTF_8))
        .orElse(null);
  }
}

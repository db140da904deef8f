package dev.recount.cli.faults;

import com.google.protobuf.ByteString;
import dev.recount.avro.FeedbackEvent;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topic;
import dev.recount.schemas.Topics;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A record that no stage can read.
 *
 * @param kind what is wrong with it
 * @param value its bytes; null for a record without a value
 */
record Poison(String kind, Topic topic, @Nullable ByteString value) {
  private static final int NESTED_BYTES = 10 << 20;

  /** Larger than any topic takes: what is too large is to be told by the broker. */
  private static final int LARGEST_REQUEST = 64 << 20;

  private static final int UNKNOWN_SCHEMA = 987_654;

  /** Where a record was put. */
  record Place(String topic, int partition, long offset) {}

  /** One of every kind for every input. */
  static List<Poison> ofEveryKind(Connection connection) {
    Topics topics = connection.topics();
    List<Poison> all = new ArrayList<>();
    int incompatible = registerIncompatible(connection);
    for (Topic input : topics.inputs()) {
      all.add(new Poison("no value", input, null));
      all.add(new Poison("garbage", input, garbage()));
      all.add(new Poison("10 MB of nesting in JSON", input, nestedJson()));
      if (input.value().isEmpty()) {
        all.add(new Poison("10 MB of nesting in protobuf", input, nestedProtobuf()));
        all.add(new Poison("protobuf cut short", input, cutShort()));
      } else {
        all.add(new Poison("empty", input, ByteString.EMPTY));
        all.add(new Poison("wrong magic byte", input, wire(7, 1, new byte[] {2, 2})));
        all.add(new Poison("Avro cut short", input, wire(0, 1, new byte[] {2})));
        all.add(unknownSchema(input, UNKNOWN_SCHEMA));
        all.add(
            new Poison("incompatible schema", input, wire(0, incompatible, new byte[] {6, 1, 2})));
      }
    }
    return all;
  }

  /** A record that names a schema which the registry does not have. */
  static Poison unknownSchema(Topic topic, int schemaId) {
    return new Poison("unknown schema ID", topic, wire(0, schemaId, new byte[] {2, 2}));
  }

  private static int registerIncompatible(Connection connection) {
    try (SchemaRegistryClient registry = connection.newRegistryClient()) {
      return registry.register(
          "stranger-value",
          new AvroSchema(
              SchemaBuilder.record(FeedbackEvent.class.getSimpleName())
                  .namespace("com.example")
                  .fields()
                  .requiredBytes("unheard_of")
                  .endRecord()));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (RestClientException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static ByteString garbage() {
    return ByteString.copyFromUtf8("\u0007 not telemetry");
  }

  private static ByteString wire(int magic, int schemaId, byte[] body) {
    return ByteString.copyFrom(
        ByteBuffer.allocate(5 + body.length).put((byte) magic).putInt(schemaId).put(body).array());
  }

  private static ByteString nestedJson() {
    byte[] json = new byte[NESTED_BYTES];
    Arrays.fill(json, (byte) '[');
    byte[] begin = "{\"resourceSpans\":".getBytes(StandardCharsets.UTF_8);
    System.arraycopy(begin, 0, json, 0, begin.length);
    return ByteString.copyFrom(json);
  }

  /** Groups within groups, which a reader that recurses would follow until its stack ends. */
  private static ByteString nestedProtobuf() {
    byte[] nested = new byte[NESTED_BYTES];
    int startOfGroup = (1 << 3) | 3;
    Arrays.fill(nested, (byte) startOfGroup);
    return ByteString.copyFrom(nested);
  }

  private static ByteString cutShort() {
    ByteString whole =
        TracesData.newBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder()
                    .addScopeSpans(
                        ScopeSpans.newBuilder().addSpans(Span.newBuilder().setName("cut short"))))
            .build()
            .toByteString();
    return whole.substring(0, whole.size() - 3);
  }

  /** Sends all and returns where each has been put. */
  static Map<Place, Poison> send(Connection connection, List<Poison> all) {
    Properties properties = connection.kafkaClientProperties();
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_REQUEST);
    Map<Place, Poison> places = new LinkedHashMap<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (Poison each : all) {
        RecordMetadata put =
            producer.send(new ProducerRecord<>(each.topic().name(), each.bytes())).get();
        places.put(new Place(put.topic(), put.partition(), put.offset()), each);
      }
      return places;
    } catch (ExecutionException failed) {
      throw new IllegalStateException("Kafka did not take a record", failed.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  private byte @Nullable [] bytes() {
    return value == null ? null : value.toByteArray();
  }

  /** How many of each kind. */
  static Map<String, Integer> count(Iterable<Poison> all) {
    Map<String, Integer> counts = new TreeMap<>();
    all.forEach(each -> counts.merge(each.kind(), 1, Integer::sum));
    return counts;
  }

  @Override
  public String toString() {
    return kind + " in " + topic.name();
  }
}

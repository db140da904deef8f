package dev.recount.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class AvroCodecTest {
  private static final Map<String, Object> CONFLUENT =
      Map.of("schema.registry.url", "mock://unused", "specific.avro.reader", true);

  private final MockSchemaRegistryClient registry = new MockSchemaRegistryClient();
  private final AvroCodec<FeedbackEvent> codec =
      AvroCodec.of(FeedbackEvent.class, "feedback-value", registry);

  private static FeedbackEvent thumbsDown() {
    return FeedbackEvent.newBuilder()
        .setFeedbackId("f-1")
        .setKind(FeedbackKind.RATING)
        .setLabel("thumbs_down")
        .setScore(-1.0)
        .setOccurredAt(Instant.ofEpochMilli(1_767_225_600_123L))
        .setTraceId("0af7651916cd43dd8448eb211c80319c")
        .setAttributes(Map.of("page", "checkout"))
        .build();
  }

  @Test
  void whatIsEncodedIsDecodedEqual() {
    assertThat(codec.decode(codec.encode(thumbsDown()))).isEqualTo(thumbsDown());
  }

  @Test
  void confluentsDeserializerReadsWhatTheCodecWrites() {
    try (var deserializer = new KafkaAvroDeserializer(registry, CONFLUENT)) {
      assertThat(deserializer.deserialize("feedback", codec.encode(thumbsDown())))
          .isEqualTo(thumbsDown());
    }
  }

  @Test
  void theCodecReadsWhatConfluentsSerializerWrites() {
    try (var serializer = new KafkaAvroSerializer(registry, CONFLUENT)) {
      assertThat(codec.decode(serializer.serialize("feedback", thumbsDown())))
          .isEqualTo(thumbsDown());
    }
  }

  @Test
  void aRecordThatCannotBeEncodedLeavesNothingBehind() {
    byte[] expected = codec.encode(thumbsDown());
    // Without a kind, which is written after the ID.
    FeedbackEvent incomplete = new FeedbackEvent();
    incomplete.setFeedbackId("half a record");
    assertThatThrownBy(() -> codec.encode(incomplete)).isInstanceOf(RuntimeException.class);
    assertThat(codec.encode(thumbsDown())).isEqualTo(expected);
  }

  @Test
  void whatWasPreparedIsDecodedWithoutTheRegistry() {
    byte[] bytes = codec.encode(thumbsDown());
    AtomicBoolean away = new AtomicBoolean();
    SchemaRegistryClient unreliable =
        new MockSchemaRegistryClient() {
          @Override
          public ParsedSchema getSchemaById(int id) throws IOException, RestClientException {
            if (away.get()) {
              throw new IOException("away");
            }
            return registry.getSchemaById(id);
          }
        };
    AvroCodec<FeedbackEvent> reading = AvroCodec.reading(FeedbackEvent.class, unreliable);
    away.set(true);
    assertThatThrownBy(() -> reading.prepare(bytes))
        .isInstanceOf(RegistryUnavailableException.class);
    away.set(false);
    reading.prepare(bytes);
    away.set(true);
    assertThat(reading.decode(bytes)).isEqualTo(thumbsDown());
  }

  @Test
  void bytesWithoutTheWireFormatAreUndecodable() {
    assertThatThrownBy(() -> codec.decode(new byte[] {1, 2, 3}))
        .isInstanceOf(UndecodableException.class)
        .hasMessageContaining("wire format");
  }

  @Test
  void anUnknownSchemaIdIsUndecodableAndNamed() {
    byte[] bytes = ByteBuffer.allocate(9).put((byte) 0).putInt(4711).putInt(0).array();
    assertThatThrownBy(() -> codec.decode(bytes))
        .isInstanceOf(UndecodableException.class)
        .hasMessageContaining("4711");
  }

  @Test
  void truncatedAndCorruptedBytesAreUndecodable() {
    byte[] bytes = codec.encode(thumbsDown());
    for (int length = AvroCodec.HEADER_BYTES; length < bytes.length; length++) {
      byte[] truncated = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> codec.decode(truncated)).isInstanceOf(UndecodableException.class);
    }
    byte[] corrupted = bytes.clone();
    Arrays.fill(corrupted, AvroCodec.HEADER_BYTES, corrupted.length, (byte) 0xff);
    assertThatThrownBy(() -> codec.decode(corrupted)).isInstanceOf(UndecodableException.class);
  }

  @Test
  void aRecordIsDecodedFromTheMiddleOfAnArray() {
    byte[] bytes = codec.encode(thumbsDown());
    byte[] shifted = new byte[bytes.length + 8];
    System.arraycopy(bytes, 0, shifted, 8, bytes.length);
    assertThat(codec.decode(shifted, 8)).isEqualTo(thumbsDown());
  }
}

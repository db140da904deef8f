package dev.recount.sinks.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.recount.avro.SnapshotContents;
import dev.recount.avro.SnapshotRecord;
import dev.recount.local.LocalStack;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.Connection;
import dev.recount.schemas.TopicCreator;
import dev.recount.schemas.Topics;
import dev.recount.sinks.SinkConfigurations;
import dev.recount.sinks.archive.format.ReadBack;
import dev.recount.sinks.archive.format.SnapshotArchive;
import dev.recount.sinks.archive.storage.ObjectStorage;
import dev.recount.sinks.archive.storage.S3MockServer;
import dev.recount.sinks.archive.storage.StorageLocation;
import dev.recount.sinks.clickhouse.TestStack;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/**
 * Through a broker, a registry and a Connect worker into a bucket: what is produced is read back.
 */
class ArchiveEndToEndTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int TRACES = 15;

  private final LocalStack stack = TestStack.get();
  private final Topics topics = Topics.withPrefix(TestStack.newName() + ".");
  private final Connection connection =
      new Connection(
          stack.kafka().bootstrapServers(), stack.registryUrl(), topics, Map.of(), Map.of());

  @Test
  void whatIsProducedIsArchivedOnceAndWhatContradictsItBecomesADeadLetter() {
    StorageLocation location = S3MockServer.get().newBucket();
    String connector = topics.prefix() + "recount-archive";
    try (Admin admin = Admin.create(connection.kafkaClientProperties());
        ObjectStorage storage = location.open()) {
      TopicCreator.createMissing(admin, topics, 2, (short) 1);
      stack
          .connect()
          .putConnector(
              connector, SinkConfigurations.archive(connection, ArchiveTarget.of(location)));
      stack.connect().awaitRunning(connector, PATIENCE);
      produce();

      SnapshotArchive archive = new SnapshotArchive(storage);
      await()
          .atMost(PATIENCE)
          // Manifests may be there before the bodies that they name.
          .ignoreExceptionsInstanceOf(NoSuchElementException.class)
          .untilAsserted(
              () -> {
                for (int seed = 0; seed < TRACES; seed++) {
                  assertThat(archive.read(SampleTrace.of(seed).traceId())).isPresent();
                  ReadBack.assertWhole(archive, SampleTrace.of(seed));
                }
              });
      assertThat(deadLetter()).contains("not overwritten");
      ReadBack.assertWhole(archive, SampleTrace.of(0));
      stack.connect().deleteConnector(connector);
    }
  }

  private void produce() {
    AvroCodec<SnapshotRecord> manifests =
        AvroCodec.of(
            SnapshotRecord.class,
            topics.snapshotRecords().subject(),
            connection.newRegistryClient());
    AvroCodec<SnapshotContents> contents =
        AvroCodec.of(
            SnapshotContents.class,
            topics.snapshotContents().subject(),
            connection.newRegistryClient());
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            connection.kafkaClientProperties(),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int seed = 0; seed < TRACES; seed++) {
        SampleTrace sample = SampleTrace.of(seed);
        byte[] key = sample.traceId().getBytes(StandardCharsets.UTF_8);
        for (SnapshotRecord record : sample.manifests()) {
          byte[] value = manifests.encode(record);
          // Twice, as after a crash.
          producer.send(new ProducerRecord<>(topics.snapshotRecords().name(), key, value));
          producer.send(new ProducerRecord<>(topics.snapshotRecords().name(), key, value));
        }
        for (SnapshotContents record : sample.contents()) {
          producer.send(
              new ProducerRecord<>(topics.snapshotContents().name(), key, contents.encode(record)));
        }
      }
      SnapshotRecord other =
          SnapshotRecord.newBuilder(SampleTrace.of(0).manifests().get(0)).build();
      other.setTokenCount(1L);
      byte[] key = other.getTraceId().getBytes(StandardCharsets.UTF_8);
      producer.send(
          new ProducerRecord<>(topics.snapshotRecords().name(), key, manifests.encode(other)));
    }
  }

  /** Why the only dead letter is one. */
  private String deadLetter() {
    Properties properties = connection.kafkaClientProperties();
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, topics.prefix() + "test");
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(topics.deadLetters().name()));
      StringBuilder reasons = new StringBuilder();
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                for (ConsumerRecord<byte[], byte[]> letter :
                    consumer.poll(Duration.ofMillis(100))) {
                  for (Header header : letter.headers()) {
                    if (header.key().endsWith("exception.message")) {
                      reasons.append(new String(header.value(), StandardCharsets.UTF_8));
                    }
                  }
                }
                return reasons.length() > 0;
              });
      return reasons.toString();
    }
  }
}

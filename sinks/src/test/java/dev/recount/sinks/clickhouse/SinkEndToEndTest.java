package dev.recount.sinks.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.recount.avro.Alert;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.Span;
import dev.recount.avro.TraceRecord;
import dev.recount.local.LocalStack;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topic;
import dev.recount.schemas.TopicCreator;
import dev.recount.schemas.Topics;
import dev.recount.sinks.SinkConfigurations;
import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import dev.recount.sinks.clickhouse.tables.Samples;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/**
 * Through a broker, a registry, a Connect worker and the engine: what is produced can be queried.
 */
class SinkEndToEndTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final LocalStack stack = TestStack.get();
  private final Topics topics = Topics.withPrefix(TestStack.newName() + ".");
  private final Connection connection =
      new Connection(
          stack.kafka().bootstrapServers(), stack.registryUrl(), topics, Map.of(), Map.of());
  private final ClickHouseTarget target = TestStack.newTarget();

  @Test
  void everyOutputTopicReachesItsTableAndPoisonReachesDeadLetters() {
    Map<String, Map<String, String>> connectors =
        SinkConfigurations.clickHouseConnectors(connection, target);
    try (Admin admin = Admin.create(connection.kafkaClientProperties());
        ClickHouseConnection database = TestStack.connect(target)) {
      TopicCreator.createMissing(admin, topics, 2, (short) 1);
      connectors.forEach(stack.connect()::putConnector);
      connectors.keySet().forEach(name -> stack.connect().awaitRunning(name, PATIENCE));
      produce();

      List<String> tables = List.of("decisions", "traces", "spans", "evaluations", "alerts");
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                for (String table : tables) {
                  assertThat(count(database, table)).as(table).isEqualTo(1);
                }
                assertThat(count(database, "feedback")).isEqualTo(2);
                // One record: a snapshot and two that follow it.
                assertThat(count(database, "context_snapshots")).isEqualTo(3);
                assertThat(count(database, "dead_letters")).isEqualTo(1);
              });
      assertThat(
              database.query(
                  "SELECT topic, stage, key, value FROM "
                      + target.database()
                      + ".dead_letters_latest"))
          .containsExactly(List.of(topics.alerts().name(), "sink", "key", "poison"));
      assertThat(
              database
                  .query("SELECT error FROM " + target.database() + ".dead_letters_latest")
                  .toString())
          .contains("wire format");
      connectors.keySet().forEach(stack.connect()::deleteConnector);
      database.execute("DROP DATABASE " + target.database());
    }
  }

  private long count(ClickHouseConnection database, String table) {
    return Long.parseLong(
        database
            .query("SELECT count() FROM " + target.database() + "." + table + "_latest")
            .get(0)
            .get(0));
  }

  private void produce() {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            connection.kafkaClientProperties(),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      send(producer, topics.decisionRecords(), DecisionRecord.class);
      send(producer, topics.traceRecords(), TraceRecord.class);
      send(producer, topics.retainedSpans(), Span.class);
      send(producer, topics.snapshotRecords(), SnapshotRecord.class);
      send(producer, topics.evaluations(), Evaluation.class);
      send(producer, topics.alerts(), Alert.class);
      send(producer, topics.feedbackRecords(), FeedbackRecord.class);
      sendUnmatched(producer);
      send(producer, new ProducerRecord<>(topics.alerts().name(), utf8("key"), utf8("poison")));
    }
  }

  private <T extends SpecificRecordBase> void send(
      KafkaProducer<byte[], byte[]> producer, Topic topic, Class<T> type) {
    AvroCodec<T> codec = AvroCodec.of(type, topic.subject(), connection.newRegistryClient());
    send(
        producer,
        new ProducerRecord<>(topic.name(), utf8("key"), codec.encode(Samples.full(type))));
  }

  private void sendUnmatched(KafkaProducer<byte[], byte[]> producer) {
    AvroCodec<FeedbackRecord> codec =
        AvroCodec.of(
            FeedbackRecord.class,
            topics.unmatchedFeedback().subject(),
            connection.newRegistryClient());
    FeedbackRecord unmatched = Samples.full(FeedbackRecord.class);
    unmatched.getFeedback().setFeedbackId("unmatched");
    send(
        producer,
        new ProducerRecord<>(
            topics.unmatchedFeedback().name(), utf8("unmatched"), codec.encode(unmatched)));
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record) {
    try {
      producer.send(record).get();
    } catch (InterruptedException | ExecutionException failed) {
      throw new IllegalStateException("Cannot produce to " + record.topic(), failed);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

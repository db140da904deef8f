package dev.recount.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.local.kafka.EmbeddedKafka;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topic;
import dev.recount.schemas.TopicCreator;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HorizonTest {
  /** Whatever is gone was appended before. */
  private static final Instant OLDEST = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path folder;

  /**
   * Of which the raw topics had lost the beginning: it was never written, and is gone all the same.
   */
  @Test
  void aLogThatWasDerivedBeginsWithItsFirstEntryThoughNothingWasRemoved() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(folder, 0, Map.of())) {
      Connection connection = Connection.plain(kafka.bootstrapServers(), "http://127.0.0.1:1");
      Topic log = connection.topics().traceEvents();
      TopicPartition idle = new TopicPartition(log.name(), 0);
      TopicPartition first = new TopicPartition(log.name(), 1);
      TopicPartition second = new TopicPartition(log.name(), 2);
      Map<TopicPartition, Long> whole = Map.of(idle, 0L, first, 0L, second, 0L);
      try (Admin admin = Admin.create(connection.kafkaClientProperties());
          KafkaProducer<byte[], byte[]> producer = producer(connection)) {
        TopicCreator.createMissing(admin, List.of(log), 3, (short) 1);
        assertThat(Horizon.ofDerived(connection, whole, topic -> OLDEST)).isEmpty();
        Instant began = append(producer, first);
        Instant later = append(producer, second);
        append(producer, second);

        assertThat(Horizon.of(connection, whole, topic -> OLDEST)).isEmpty();
        assertThat(Horizon.ofDerived(connection, whole, topic -> OLDEST)).contains(began);

        admin.deleteRecords(Map.of(first, RecordsToDelete.beforeOffset(1))).all().get();
        append(producer, first);
        assertThat(
                Horizon.ofDerived(
                    connection, Map.of(idle, 0L, first, 1L, second, 0L), topic -> OLDEST))
            .hasValueSatisfying(horizon -> assertThat(horizon).isAfter(later));
      }
    }
  }

  /** Of a topic to which nobody has sent anything for longer than its retention. */
  @Test
  void aPartitionOfWhichNothingIsLeftHidesNothingYoungerThanTheRetention() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(folder, 0, Map.of())) {
      Connection connection = Connection.plain(kafka.bootstrapServers(), "http://127.0.0.1:1");
      Topic input = connection.topics().agentDecisions();
      TopicPartition partition = new TopicPartition(input.name(), 0);
      try (KafkaGroups groups = new KafkaGroups(connection);
          KafkaProducer<byte[], byte[]> producer = producer(connection)) {
        TopicCreator.createMissing(groups.admin(), List.of(input), 1, (short) 1);
        append(producer, partition);
        groups
            .admin()
            .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(1)))
            .all()
            .get();
        Instant before = Instant.now().minus(input.retention());
        assertThat(Horizon.of(connection, Map.of(partition, 1L), groups::youngestRemoved))
            .hasValueSatisfying(
                horizon ->
                    assertThat(horizon).isBetween(before, Instant.now().minus(input.retention())));
      }
    }
  }

  private static KafkaProducer<byte[], byte[]> producer(Connection connection) {
    Properties properties = connection.kafkaClientProperties();
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static Instant append(KafkaProducer<byte[], byte[]> producer, TopicPartition partition)
      throws ExecutionException, InterruptedException {
    return Instant.ofEpochMilli(
        producer
            .send(
                new ProducerRecord<>(
                    partition.topic(), partition.partition(), new byte[1], new byte[1]))
            .get()
            .timestamp());
  }
}

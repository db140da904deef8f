package dev.recount.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.local.kafka.EmbeddedKafka;
import dev.recount.schemas.Connection;
import dev.recount.schemas.DeadLetters;
import dev.recount.schemas.Topic;
import dev.recount.schemas.TopicCreator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadLetterReplayTest {
  @TempDir Path folder;

  @Test
  void whatALaterRecordHasOvertakenIsNotPutAfterIt() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(folder, 0, Map.of())) {
      Connection connection = Connection.plain(kafka.bootstrapServers(), "http://127.0.0.1:1");
      Topic rows = connection.topics().traceRecords();
      Topic feedback = connection.topics().feedbackRecords();
      Topic letters = connection.topics().deadLetters();
      try (Admin admin = Admin.create(connection.kafkaClientProperties());
          KafkaProducer<byte[], byte[]> producer = producer(connection)) {
        TopicCreator.createMissing(admin, List.of(rows, feedback, letters), 1, (short) 1);
        send(producer, rows, "a", "a, revision 1");
        send(producer, rows, "b", "b, revision 1");
        send(producer, rows, "a", "a, revision 2");
        send(producer, rows, "b", "b, revision 2");
        // Both of a were refused, and the first of b.
        refuse(producer, letters, rows, 0, "a", "a, revision 1");
        refuse(producer, letters, rows, 1, "b", "b, revision 1");
        refuse(producer, letters, rows, 2, "a", "a, revision 2");
        // Of a topic that keeps everything, where order decides nothing.
        send(producer, feedback, "f", "f, revision 1");
        send(producer, feedback, "f", "f, revision 2");
        refuse(producer, letters, feedback, 0, "f", "f, revision 1");
        producer.send(new ProducerRecord<>(letters.name(), bytes("from nowhere"))).get();
      }
      DeadLetterReplay replay = new DeadLetterReplay(connection);

      DeadLetterReplay.Counts wouldBe = replay.run(true);
      assertThat(wouldBe.sent)
          .containsOnly(Map.entry(rows.name(), 1L), Map.entry(feedback.name(), 1L));
      DeadLetterReplay.Counts counts = replay.run(false);
      assertThat(counts.sent).isEqualTo(wouldBe.sent);
      assertThat(counts.overtaken).isEqualTo(2);
      assertThat(counts.ofUnknownOrigin).isEqualTo(1);

      assertThat(values(connection, rows))
          .containsExactly(
              "a, revision 1", "b, revision 1", "a, revision 2", "b, revision 2", "a, revision 2");
      assertThat(values(connection, feedback))
          .containsExactly("f, revision 1", "f, revision 2", "f, revision 1");
      assertThat(replay.run(false).sent).isEmpty();
    }
  }

  private static KafkaProducer<byte[], byte[]> producer(Connection connection) {
    Properties properties = connection.kafkaClientProperties();
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer, Topic topic, String key, String value)
      throws ExecutionException, InterruptedException {
    producer.send(new ProducerRecord<>(topic.name(), bytes(key), bytes(value))).get();
  }

  /** As Kafka Connect puts aside what a sink refuses. */
  private static void refuse(
      KafkaProducer<byte[], byte[]> producer,
      Topic letters,
      Topic topic,
      long offset,
      String key,
      String value)
      throws ExecutionException, InterruptedException {
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(letters.name(), bytes(key), bytes(value));
    letter
        .headers()
        .add("__connect.errors.topic", bytes(topic.name()))
        .add("__connect.errors.partition", bytes("0"))
        .add("__connect.errors.offset", bytes(Long.toString(offset)))
        .add(DeadLetters.STAGE, bytes("sink"));
    producer.send(letter).get();
  }

  private static List<String> values(Connection connection, Topic topic) {
    List<String> values = new ArrayList<>();
    TopicScan.read(
        connection,
        topic.name(),
        record -> values.add(new String(record.value(), StandardCharsets.UTF_8)));
    return values;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

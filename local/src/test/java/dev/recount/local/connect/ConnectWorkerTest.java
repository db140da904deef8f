package dev.recount.local.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.recount.local.kafka.EmbeddedKafka;
import dev.recount.local.process.StackException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConnectWorkerTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir static Path folder;
  private static EmbeddedKafka kafka;

  @BeforeAll
  static void startKafka() {
    kafka = EmbeddedKafka.start(folder.resolve("kafka"), 0, Map.of());
  }

  @AfterAll
  static void stopKafka() {
    kafka.close();
  }

  @ParameterizedTest
  @EnumSource
  void sinksGetCommittedRecordsOnly(ConnectMode mode) throws Exception {
    String topic = "committed-" + mode;
    createTopic(topic);
    produceInTransaction(topic, "aborted", false);
    produceInTransaction(topic, "committed", true);
    try (ConnectWorker worker = start(mode)) {
      assertThat(worker.url().getHost()).isEqualTo("127.0.0.1");
      worker.putConnector("collect " + mode, sink(topic));
      worker.awaitRunning("collect " + mode, PATIENCE);

      await().atMost(PATIENCE).until(() -> !CollectingSinkConnector.list(topic).isEmpty());
      assertThat(CollectingSinkConnector.list(topic)).containsExactly("committed");
      assertThat(worker.status())
          .singleElement()
          .satisfies(status -> assertThat(status.isRunning()).isTrue());

      worker.deleteConnector("collect " + mode);
      await().atMost(PATIENCE).until(() -> worker.status().isEmpty());
    }
  }

  @Test
  void aTaskThatFailsShowsItsTrace() throws Exception {
    createTopic("poisoned");
    produceInTransaction("poisoned", CollectingSinkConnector.POISON, true);
    try (ConnectWorker worker = start(ConnectMode.STANDALONE)) {
      worker.putConnector("poisoned", sink("poisoned"));
      await()
          .atMost(PATIENCE)
          .until(() -> worker.status("poisoned").filter(ConnectorStatus::isFailed).isPresent());

      assertThatThrownBy(() -> worker.awaitRunning("poisoned", PATIENCE))
          .isInstanceOf(StackException.class)
          .hasMessageContaining("poisoned");
    }
  }

  @Test
  void aWrongConfigurationIsRefusedWithTheReason() {
    try (ConnectWorker worker = start(ConnectMode.STANDALONE)) {
      assertThatThrownBy(
              () ->
                  worker.putConnector(
                      "wrong", Map.of("connector.class", "NoSuchConnector", "topics", "t")))
          .isInstanceOf(StackException.class)
          .hasMessageContaining("NoSuchConnector");
      assertThat(worker.status("wrong")).isEmpty();
    }
  }

  private static ConnectWorker start(ConnectMode mode) {
    return ConnectWorker.start(
        switch (mode) {
          case STANDALONE ->
              ConnectOptions.standalone(kafka.bootstrapServers(), folder.resolve("connect"));
          case DISTRIBUTED ->
              ConnectOptions.distributed(
                  kafka.bootstrapServers(), "sinks", folder.resolve("connect"));
        });
  }

  private static Map<String, String> sink(String topic) {
    return Map.of(
        "connector.class",
        CollectingSinkConnector.class.getName(),
        "tasks.max",
        "1",
        "topics",
        topic,
        CollectingSinkConnector.LIST_CONFIG,
        topic);
  }

  private static void createTopic(String topic) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
    }
  }

  private static void produceInTransaction(String topic, String value, boolean commit) {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", kafka.bootstrapServers(), "transactional.id", "test");
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, value.getBytes(StandardCharsets.UTF_8)));
      producer.flush();
      if (commit) {
        producer.commitTransaction();
      } else {
        producer.abortTransaction();
      }
    }
  }
}

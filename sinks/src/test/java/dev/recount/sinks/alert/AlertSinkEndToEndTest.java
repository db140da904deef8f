package dev.recount.sinks.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.avro.Alert;
import dev.recount.avro.AlertState;
import dev.recount.local.LocalStack;
import dev.recount.schemas.Connection;
import dev.recount.schemas.TopicCreator;
import dev.recount.schemas.Topics;
import dev.recount.sinks.SinkConfigurations;
import dev.recount.sinks.clickhouse.TestStack;
import dev.recount.sinks.clickhouse.tables.Samples;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** Through a broker, a registry and a Connect worker: an Alertmanager hears of an alert. */
class AlertSinkEndToEndTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final LocalStack stack = TestStack.get();
  private final Topics topics = Topics.withPrefix(TestStack.newName() + ".");
  private final Connection connection =
      new Connection(
          stack.kafka().bootstrapServers(), stack.registryUrl(), topics, Map.of(), Map.of());

  @Test
  void anAlertThatIsWrittenReachesTheAlertmanager()
      throws InterruptedException, ExecutionException {
    String name = topics.prefix() + "recount-alertmanager";
    try (AlertEndpoint alertmanager = new AlertEndpoint();
        Admin admin = Admin.create(connection.kafkaClientProperties());
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                connection.kafkaClientProperties(),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      TopicCreator.createMissing(admin, topics, 1, (short) 1);
      Map<String, String> configuration =
          SinkConfigurations.alerts(
              connection,
              AlertSinkConfig.ALERTMANAGER,
              Map.of(AlertSinkConfig.URL_CONFIG, alertmanager.url()));
      // The test cannot know when the consumer has its position.
      configuration.put("consumer.override.auto.offset.reset", "earliest");
      stack.connect().putConnector(name, configuration);
      stack.connect().awaitRunning(name, PATIENCE);

      Alert alert = Samples.full(Alert.class);
      alert.setState(AlertState.firing);
      byte[] key = alert.getAlertId().getBytes(StandardCharsets.UTF_8);
      byte[] value = new AlertCodecs().encode(alert);
      producer.send(new ProducerRecord<>(topics.alerts().name(), key, value)).get();

      await().atMost(PATIENCE).untilAsserted(() -> assertThat(alertmanager.requests).hasSize(1));
      JsonNode told = TestStack.parse(alertmanager.requests.get(0).body()).get(0);
      assertThat(told.get("labels").get("alertname").asText()).isEqualTo(alert.getRule());
      assertThat(told.get("startsAt").asText()).isEqualTo(alert.getFiredAt().toString());
      stack.connect().deleteConnector(name);
    }
  }
}

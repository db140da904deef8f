package dev.recount.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.ContextSnapshot;
import dev.recount.connectors.importing.ImportOptions;
import dev.recount.connectors.importing.ImportProgress;
import dev.recount.connectors.importing.ImportResult;
import dev.recount.connectors.importing.ImportTargets;
import dev.recount.connectors.importing.RunImport;
import dev.recount.connectors.importing.TauBenchFormat;
import dev.recount.connectors.kafka.ProducerGateway;
import dev.recount.connectors.otlp.OtlpReceiver;
import dev.recount.connectors.otlp.OtlpSettings;
import dev.recount.local.kafka.EmbeddedKafka;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.Connection;
import dev.recount.schemas.TopicCreator;
import dev.recount.schemas.Topics;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real broker. */
class EndToEndTest {
  private static final String RUN =
      """
      [{"task_id":1,"trial":0,"reward":0.0,"traj":[{"role":"user","content":"Hi"},
        {"role":"assistant","content":"Bye"}]}]""";

  @TempDir private Path folder = Path.of("");

  @Test
  void anImportArrivesInKafkaThroughTheReceiverAndAStoppedBrokerIsToldToTheClient()
      throws Exception {
    Topics topics = Topics.withPrefix("");
    try (EmbeddedKafka broker = EmbeddedKafka.start(folder.resolve("kafka"), 0, Map.of())) {
      Connection connection = Connection.plain(broker.bootstrapServers(), "mock");
      Properties admin = connection.kafkaClientProperties();
      try (Admin client = Admin.create(admin)) {
        TopicCreator.createMissing(client, topics, 2, (short) 1);
      }
      MockSchemaRegistryClient registry = new MockSchemaRegistryClient();
      try (ProducerGateway gateway = ProducerGateway.connect(connection);
          OtlpReceiver receiver =
              OtlpReceiver.start(OtlpSettings.defaults(topics).withPorts(0, 0), gateway);
          ImportTargets targets =
              new ImportTargets(
                  ImportTargets.overHttp(URI.create("http://127.0.0.1:" + receiver.httpPort())),
                  gateway,
                  topics,
                  registry)) {
        Path file = Files.writeString(folder.resolve("runs.json"), RUN);
        ImportResult result =
            new RunImport(new TauBenchFormat(), ImportOptions.defaults(), targets)
                .run(file, ImportProgress.NONE);

        assertThat(result.traces()).isEqualTo(1);
        byte[] spans = read(connection, topics.otlpSpans().name());
        assertThat(
                ExportTraceServiceRequest.parseFrom(spans)
                    .getResourceSpans(0)
                    .getScopeSpans(0)
                    .getSpansCount())
            .isEqualTo(2);
        ContextSnapshot snapshot =
            AvroCodec.of(ContextSnapshot.class, topics.contextSnapshots().subject(), registry)
                .decode(read(connection, topics.contextSnapshots().name()));
        assertThat(snapshot.getTraceId()).isEqualTo(result.traceIds().get(0));

        broker.close();
        int status =
            HttpClient.newHttpClient()
                .send(
                    HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + receiver.httpPort() + "/v1/traces"))
                        .header("Content-Type", "application/x-protobuf")
                        .POST(BodyPublishers.ofByteArray(spans))
                        .timeout(Duration.ofSeconds(20))
                        .build(),
                    BodyHandlers.discarding())
                .statusCode();
        assertThat(status).isEqualTo(503);
      }
    }
  }

  private static byte[] read(Connection connection, String topic) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            connection.kafkaClientProperties(),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      List<byte[]> values = new ArrayList<>();
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
                return !values.isEmpty();
              });
      return values.get(0);
    }
  }
}

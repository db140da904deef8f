package dev.recount.sinks.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.recount.schemas.Connection;
import dev.recount.schemas.Topic;
import dev.recount.schemas.Topics;
import dev.recount.sinks.SinkConfigurations;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import dev.recount.sinks.clickhouse.client.Secret;
import dev.recount.sinks.clickhouse.tables.Routes;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.sink.SinkConnector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClickHouseSinkConfigTest {
  private static final Connection CONNECTION =
      new Connection(
          "localhost:9092",
          "http://localhost:8081",
          Topics.withPrefix("staging."),
          Map.of(),
          Map.of("basic.auth.user.info", "registry-secret"));

  private static ClickHouseTarget target(Secret password) {
    return new ClickHouseTarget(
        "https://clickhouse:8443",
        "writer",
        password,
        "telemetry",
        Map.of("sslrootcert", "/ca.pem"));
  }

  private static Map<String, String> configuration(Secret password) {
    return SinkConfigurations.clickHouse(CONNECTION, target(password));
  }

  @Test
  void aConfigurationLeadsBackToItsTarget() {
    ClickHouseSinkConfig config = new ClickHouseSinkConfig(configuration(Secret.of("s3cret")));
    assertThat(config.target()).isEqualTo(target(Secret.of("s3cret")));
    assertThat(config.topics().prefix()).isEqualTo("staging.");
  }

  @Test
  void theConfigurationReadsCommittedRecordsOfAllOutputs() {
    assertThat(configuration(Secret.none()))
        .containsEntry("consumer.override.isolation.level", "read_committed")
        .containsEntry("errors.deadletterqueue.topic.name", "staging.dead-letters")
        .extractingByKey("topics")
        .asString()
        .contains("staging.decision-records", "staging.unmatched-feedback");
  }

  @Test
  void betweenThemTheConnectorsReadEveryTopicWithATableOnce() throws IOException {
    List<String> read =
        SinkConfigurations.clickHouseConnectors(CONNECTION, target(Secret.none())).values().stream()
            .flatMap(config -> Stream.of(config.getOrDefault("topics", "").split(",")))
            .toList();
    assertThat(read)
        .containsExactlyInAnyOrderElementsOf(
            CONNECTION.topics().tables().stream().map(Topic::name).toList());
    try (SchemaRegistryClient registry = CONNECTION.newRegistryClient()) {
      Routes routes = new Routes(CONNECTION.topics(), registry);
      assertThat(read).allSatisfy(topic -> assertThat(routes.of(topic)).isNotNull());
    }
  }

  @Test
  void secretsAreNotShown() {
    ClickHouseSinkConfig config = new ClickHouseSinkConfig(configuration(Secret.of("s3cret")));
    assertThat(config.values().toString()).doesNotContain("s3cret", "registry-secret");
    assertThat(config.target().toString()).doesNotContain("s3cret");
    assertThat(Secret.of("s3cret").toString()).doesNotContain("s3cret");
  }

  @Test
  void aPasswordInAFileIsReadWhenItIsUsed(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("password"), "from-file\n");
    Map<String, String> configuration = configuration(Secret.inFile(file));
    assertThat(configuration).doesNotContainKey(ClickHouseSinkConfig.PASSWORD_CONFIG);
    assertThat(new ClickHouseSinkConfig(configuration).target().password().reveal())
        .isEqualTo("from-file");
  }

  @Test
  void twoPasswordsAreAnError() {
    Map<String, String> configuration = new HashMap<>(configuration(Secret.of("s3cret")));
    configuration.put(ClickHouseSinkConfig.PASSWORD_FILE_CONFIG, "/run/secrets/password");
    assertThatThrownBy(() -> new ClickHouseSinkConfig(configuration))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("not both");
  }

  @ParameterizedTest
  @CsvSource({
    "clickhouse.url, localhost:8123",
    "clickhouse.url, tcp://localhost:9000",
    "clickhouse.database, recount; DROP DATABASE x",
    "batch.rows, 0",
    "retention.days, 0",
    "flush.interval.ms, soon",
  })
  void aSettingThatCannotWorkIsRefusedByName(String name, String value) {
    Map<String, String> configuration = new HashMap<>(configuration(Secret.none()));
    configuration.put(name, value);
    assertThatThrownBy(() -> new ClickHouseSinkConfig(configuration))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(name);
  }

  @Test
  void connectFindsThePlugin() {
    assertThat(ServiceLoader.load(SinkConnector.class))
        .hasAtLeastOneElementOfType(ClickHouseSinkConnector.class);
  }
}

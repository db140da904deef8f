package dev.recount.sinks.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.recount.sinks.alert.AlertSinkConfig;
import dev.recount.sinks.archive.SnapshotArchiveConfig;
import dev.recount.sinks.clickhouse.ClickHouseSinkConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every sink takes what all sinks take, in the same way. */
class SinkConfigTest {
  /** A sink's settings, read from a map that has what else it needs. */
  private record Sink(
      String name, Function<Map<String, String>, SinkConfig> reader, Map<String, String> own) {
    SinkConfig read(Map<String, String> common) {
      Map<String, String> settings = new HashMap<>(own);
      settings.put(SinkConfig.REGISTRY_URL_CONFIG, "http://registry:8081");
      settings.putAll(common);
      return reader.apply(settings);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Sink> sinks() {
    return Stream.of(
        new Sink(
            "ClickHouse",
            ClickHouseSinkConfig::new,
            Map.of(ClickHouseSinkConfig.URL_CONFIG, "http://clickhouse:8123")),
        new Sink(
            "archive",
            SnapshotArchiveConfig::new,
            Map.of(SnapshotArchiveConfig.URL_CONFIG, "s3://bucket/prefix")),
        new Sink(
            "alerts",
            AlertSinkConfig::new,
            Map.of(
                AlertSinkConfig.FORMAT_CONFIG,
                AlertSinkConfig.WEBHOOK,
                AlertSinkConfig.URL_CONFIG,
                "http://hook")));
  }

  @ParameterizedTest
  @MethodSource("sinks")
  void whatTheRegistrysClientNeedsIsPassedOn(Sink sink) {
    SinkConfig config =
        sink.read(
            Map.of(
                "schema.registry.client.basic.auth.user.info", "user:password",
                "schema.registry.ssl.truststore.location", "/etc/trust.p12"));
    assertThat(config.registryProperties())
        .containsEntry("basic.auth.user.info", "user:password")
        .containsEntry("schema.registry.ssl.truststore.location", "/etc/trust.p12");
  }

  @ParameterizedTest
  @MethodSource("sinks")
  void defaultsAreTheSame(Sink sink) {
    SinkConfig config = sink.read(Map.of());
    assertThat(config.longestBackOff()).isEqualTo(Duration.ofSeconds(15));
    assertThat(config.topics().prefix()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("sinks")
  void aRegistryIsNeededAndAWaitHasAnEnd(Sink sink) {
    assertThatThrownBy(() -> sink.read(Map.of(SinkConfig.REGISTRY_URL_CONFIG, "")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("schema.registry.url");
    assertThatThrownBy(() -> sink.read(Map.of(SinkConfig.RETRY_BACKOFF_MAX_MS_CONFIG, "600001")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("retry.backoff.max.ms");
  }
}

package dev.recount.cli.roles;

import dev.recount.cli.options.ArchiveOptions;
import dev.recount.connectors.otlp.OtlpSettings;
import dev.recount.local.LocalStackOptions;
import dev.recount.schemas.Connection;
import dev.recount.sinks.archive.ArchiveTarget;
import dev.recount.sinks.archive.storage.StorageLocation;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * How to run the whole pipeline in one process.
 *
 * @param dataFolder where everything is kept; empty for a temporary folder that goes with it
 * @param ports where it listens
 * @param settings topology settings that differ from the defaults
 * @param configurationFiles files that are watched, by the name of what they configure
 * @param intake what happens to telemetry before it is on Kafka
 * @param registryUrl a schema registry to use in place of an embedded one
 * @param clickHouse a ClickHouse to use in place of an embedded one
 * @param archive where context snapshots are archived, given where data is kept; empty for nowhere
 * @param furtherConnectors sinks beside those to ClickHouse, by name
 * @param progress told what is going on, one line at a time
 */
public record EmbeddedOptions(
    Optional<Path> dataFolder,
    Ports ports,
    Map<String, String> settings,
    Map<String, Path> configurationFiles,
    IntakeOptions intake,
    Optional<String> registryUrl,
    Optional<ClickHouseTarget> clickHouse,
    Function<Path, Optional<ArchiveTarget>> archive,
    Function<Connection, Map<String, Map<String, String>>> furtherConnectors,
    Consumer<String> progress) {
  /** Copies the settings. */
  public EmbeddedOptions {
    settings = Map.copyOf(settings);
    configurationFiles = Map.copyOf(configurationFiles);
  }

  /** The same with sinks beside those to ClickHouse. */
  public EmbeddedOptions withConnectors(
      Function<Connection, Map<String, Map<String, String>>> further) {
    return new EmbeddedOptions(
        dataFolder,
        ports,
        settings,
        configurationFiles,
        intake,
        registryUrl,
        clickHouse,
        archive,
        further,
        progress);
  }

  /** The same with another treatment of telemetry before it is on Kafka. */
  public EmbeddedOptions withIntake(IntakeOptions other) {
    return new EmbeddedOptions(
        dataFolder,
        ports,
        settings,
        configurationFiles,
        other,
        registryUrl,
        clickHouse,
        archive,
        furtherConnectors,
        progress);
  }

  /** Data that goes with the process, at free ports: any number at a time. */
  public static EmbeddedOptions ephemeral(Map<String, String> settings, Consumer<String> progress) {
    return new EmbeddedOptions(
        Optional.empty(),
        Ports.free(),
        settings,
        Map.of(),
        IntakeOptions.plain(),
        Optional.empty(),
        Optional.empty(),
        data ->
            Optional.of(ArchiveTarget.of(new StorageLocation.Folder(ArchiveOptions.folder(data)))),
        connection -> Map.of(),
        progress);
  }

  /**
   * Ports on the loopback interface; 0 takes a free one.
   *
   * @param kafka Kafka broker
   * @param registry schema registry
   * @param clickHouse ClickHouse over HTTP
   * @param otlpGrpc OTLP over gRPC
   * @param otlpHttp OTLP over HTTP
   * @param http Recount's own: health and feedback
   */
  public record Ports(
      int kafka, int registry, int clickHouse, int otlpGrpc, int otlpHttp, int http) {
    /** Any free ones. */
    public static Ports free() {
      return new Ports(0, 0, 0, 0, 0, 0);
    }

    /** The usual ones. */
    public static Ports usual() {
      return new Ports(
          LocalStackOptions.DEFAULT_KAFKA_PORT,
          LocalStackOptions.DEFAULT_REGISTRY_PORT,
          LocalStackOptions.DEFAULT_CLICKHOUSE_PORT,
          OtlpSettings.DEFAULT_GRPC_PORT,
          OtlpSettings.DEFAULT_HTTP_PORT,
          ControlServer.DEFAULT_PORT);
    }
  }
}

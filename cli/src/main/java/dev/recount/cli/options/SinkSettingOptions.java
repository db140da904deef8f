package dev.recount.cli.options;

import dev.recount.cli.UserError;
import dev.recount.sinks.clickhouse.ClickHouseSinkConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import picocli.CommandLine.Option;

/** Settings of the ClickHouse sink. */
public final class SinkSettingOptions {
  /** Those that no option of its own sets. */
  private static final List<String> NAMES =
      List.of(
          ClickHouseSinkConfig.BATCH_ROWS_CONFIG,
          ClickHouseSinkConfig.BATCH_BYTES_CONFIG,
          ClickHouseSinkConfig.BATCH_MEMORY_BYTES_CONFIG,
          ClickHouseSinkConfig.FLUSH_INTERVAL_MS_CONFIG,
          ClickHouseSinkConfig.REQUEST_TIMEOUT_MS_CONFIG,
          ClickHouseSinkConfig.RETRY_BACKOFF_MAX_MS_CONFIG);

  @Option(
      names = {"-S", "--set"},
      paramLabel = "KEY=VALUE",
      description =
          "A setting of the ClickHouse sink, as in batch.bytes=4194304: batch.rows, batch.bytes,"
              + " batch.memory.bytes, flush.interval.ms, clickhouse.request.timeout.ms,"
              + " retry.backoff.max.ms. May be repeated.")
  private final Map<String, String> settings = new LinkedHashMap<>();

  /**
   * What was set, by name.
   *
   * @throws UserError when one is unknown or out of bounds
   */
  public Map<String, String> settings() {
    settings.forEach(SinkSettingOptions::check);
    return Map.copyOf(settings);
  }

  private static void check(String name, String value) {
    if (!NAMES.contains(name)) {
      throw new UserError(
          "Unknown setting of the ClickHouse sink: " + name + ".",
          "Use one of " + String.join(", ", NAMES) + ".");
    }
    ConfigDef.ConfigKey key =
        Objects.requireNonNull(ClickHouseSinkConfig.DEFINITION.configKeys().get(name));
    try {
      key.validator.ensureValid(name, ConfigDef.parseType(name, value, key.type));
    } catch (ConfigException refused) {
      throw new UserError(
          String.valueOf(refused.getMessage()), "Correct it in --set KEY=VALUE.", refused);
    }
  }
}

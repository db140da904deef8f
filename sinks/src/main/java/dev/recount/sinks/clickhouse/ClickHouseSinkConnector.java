package dev.recount.sinks.clickhouse;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;

/**
 * Kafka Connect plugin that writes Recount's output topics into ClickHouse.
 *
 * <p>It decodes Avro itself, so its converters are {@code
 * org.apache.kafka.connect.converters.ByteArrayConverter}.
 */
public final class ClickHouseSinkConnector extends SinkConnector {
  private Map<String, String> properties = Map.of();

  /** Release of this plugin, or {@code unpackaged} when it does not run from a jar. */
  @Override
  public String version() {
    String release = ClickHouseSinkConnector.class.getPackage().getImplementationVersion();
    return release == null ? "unpackaged" : release;
  }

  @Override
  public ConfigDef config() {
    return ClickHouseSinkConfig.DEFINITION;
  }

  @Override
  public void start(Map<String, String> given) {
    // Checks what concerns several settings at once, before there are tasks to fail.
    ClickHouseSinkConfig unused = new ClickHouseSinkConfig(given);
    properties = Map.copyOf(given);
  }

  @Override
  public Class<? extends Task> taskClass() {
    return ClickHouseSinkTask.class;
  }

  @Override
  public List<Map<String, String>> taskConfigs(int tasks) {
    return Collections.nCopies(tasks, properties);
  }

  @Override
  public void stop() {
    properties = Map.of();
  }
}

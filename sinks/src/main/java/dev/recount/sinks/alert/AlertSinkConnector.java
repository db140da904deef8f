package dev.recount.sinks.alert;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;

/**
 * Kafka Connect plugin that tells an Alertmanager or a webhook of Recount's alerts.
 *
 * <p>It decodes Avro itself, so its converters are {@code
 * org.apache.kafka.connect.converters.ByteArrayConverter}. Give it the live topic {@code alerts}
 * and no other: a replay writes topics of its own and tells nobody.
 */
public final class AlertSinkConnector extends SinkConnector {
  private Map<String, String> properties = Map.of();

  /** Release of this plugin, or {@code unpackaged} when it does not run from a jar. */
  @Override
  public String version() {
    String release = AlertSinkConnector.class.getPackage().getImplementationVersion();
    return release == null ? "unpackaged" : release;
  }

  @Override
  public ConfigDef config() {
    return AlertSinkConfig.DEFINITION;
  }

  @Override
  public void start(Map<String, String> given) {
    // Checks what concerns several settings at once, before there are tasks to fail.
    AlertSinkConfig unused = new AlertSinkConfig(given);
    properties = Map.copyOf(given);
  }

  @Override
  public Class<? extends Task> taskClass() {
    return AlertSinkTask.class;
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

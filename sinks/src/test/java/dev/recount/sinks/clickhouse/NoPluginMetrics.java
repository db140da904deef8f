package dev.recount.sinks.clickhouse;

import java.util.LinkedHashMap;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.MetricValueProvider;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.common.metrics.Sensor;

/** Connect's metrics of a task, shown to nobody. */
final class NoPluginMetrics implements PluginMetrics {
  @Override
  public MetricName metricName(
      String name, String description, LinkedHashMap<String, String> tags) {
    return new MetricName(name, "plugins", description, tags);
  }

  @Override
  public void addMetric(MetricName name, MetricValueProvider<?> value) {}

  @Override
  public void removeMetric(MetricName name) {}

  @Override
  public Sensor addSensor(String name) {
    throw new UnsupportedOperationException("The sink has no sensors");
  }

  @Override
  public void removeSensor(String name) {}
}

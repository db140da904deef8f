package dev.recount.topology.metrics;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.common.metrics.Sensor.RecordingLevel;
import org.apache.kafka.common.metrics.stats.Avg;
import org.apache.kafka.common.metrics.stats.CumulativeCount;
import org.apache.kafka.common.metrics.stats.CumulativeSum;
import org.apache.kafka.common.metrics.stats.Max;
import org.apache.kafka.common.metrics.stats.Value;
import org.apache.kafka.streams.StreamsMetrics;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * Metrics of one processor in one task, among those of Kafka Streams: group {@value #GROUP}, tags
 * {@code task-id}, {@code processor-node-id} and those that are given. They come out wherever
 * Streams' own do, by JMX and at {@code /metrics}; figures are those since the task was assigned to
 * this process.
 *
 * <p>For use by the task's thread. {@link #close} when the processor closes.
 */
public final class TaskMetrics implements AutoCloseable {
  /** Group of the metrics. */
  public static final String GROUP = "recount-metrics";

  /** Values of a tag that are told apart: rules and evaluators are few, whatever a user names. */
  private static final int MOST_SENSORS = 1_000;

  private final StreamsMetrics metrics;
  private final String task;
  private final String owner;
  private final Map<String, Sensor> sensors = new LinkedHashMap<>();

  private TaskMetrics(StreamsMetrics metrics, String task, String owner) {
    this.metrics = metrics;
    this.task = task;
    this.owner = owner;
  }

  /**
   * Metrics of a processor.
   *
   * @param owner the processor's name, by which its sensors are told from others of the task
   */
  public static TaskMetrics of(ProcessorContext<?, ?> context, String owner) {
    return new TaskMetrics(context.metrics(), context.taskId().toString(), owner);
  }

  /** Counts: {@code <name>-total}. */
  public void count(String name, String description, double more, String... tags) {
    record(
        name,
        tags,
        more,
        (sensor, all) ->
            sensor.add(metric(name + "-total", description, all), new CumulativeSum()));
  }

  /** Says how much of something there is now: {@code <name>}. */
  public void set(String name, String description, double value, String... tags) {
    record(
        name,
        tags,
        value,
        (sensor, all) -> sensor.add(metric(name, description, all), new Value()));
  }

  /**
   * Measures something again and again: {@code <name>-avg} and {@code <name>-max} of the last
   * minute, {@code <name>-count} and {@code <name>-sum} since the start.
   */
  public void measure(String name, String description, double value, String... tags) {
    record(
        name,
        tags,
        value,
        (sensor, all) -> {
          sensor.add(metric(name + "-avg", description + " Mean.", all), new Avg());
          sensor.add(metric(name + "-max", description + " Largest.", all), new Max());
          sensor.add(
              metric(name + "-count", description + " How often.", all), new CumulativeCount());
          sensor.add(metric(name + "-sum", description + " Sum.", all), new CumulativeSum());
        });
  }

  private interface Stats {
    void addTo(Sensor sensor, Map<String, String> tags);
  }

  private void record(String name, String[] tags, double value, Stats stats) {
    String key = task + "." + owner + "." + name + "." + String.join(".", tags);
    Sensor sensor = sensors.get(key);
    if (sensor == null) {
      if (sensors.size() >= MOST_SENSORS) {
        return;
      }
      sensor = metrics.addSensor(key, RecordingLevel.INFO);
      stats.addTo(sensor, tags(tags));
      sensors.put(key, sensor);
    }
    sensor.record(value);
  }

  private Map<String, String> tags(String[] tags) {
    Map<String, String> all = new HashMap<>();
    all.put("task-id", task);
    all.put("processor-node-id", owner);
    for (int i = 0; i + 1 < tags.length; i += 2) {
      all.put(tags[i], tags[i + 1]);
    }
    return all;
  }

  private static MetricName metric(String name, String description, Map<String, String> tags) {
    return new MetricName(name, GROUP, description, tags);
  }

  @Override
  public void close() {
    sensors.values().forEach(metrics::removeSensor);
    sensors.clear();
  }
}

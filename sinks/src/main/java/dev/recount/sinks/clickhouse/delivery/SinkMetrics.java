package dev.recount.sinks.clickhouse.delivery;

import java.util.LinkedHashMap;
import java.util.function.LongSupplier;
import org.apache.kafka.common.metrics.Gauge;
import org.apache.kafka.common.metrics.PluginMetrics;

/** Shows what a task has done among Connect's own metrics, by JMX of type {@code plugins}. */
public final class SinkMetrics {
  /** Attempts in a row that have failed and are repeated: above 0, nothing gets through. */
  public static final String FAILED_ATTEMPTS = "failed-attempts";

  private SinkMetrics() {}

  /** Adds them; Connect takes them away when the task ends. */
  public static void add(PluginMetrics metrics, SinkCounters counters) {
    add(metrics, "insert-rows-total", "Rows that were written.", counters::records);
    add(metrics, "insert-batches-total", "Inserts that were acknowledged.", counters::batches);
    add(
        metrics,
        "insert-time-ms-total",
        "How long acknowledged inserts took together, milliseconds.",
        counters::insertMillis);
    add(metrics, "insert-retries-total", "Attempts that failed.", counters::retries);
    add(
        metrics,
        "rows-rejected-total",
        "Records that could not become rows.",
        counters::rejectedRecords);
    addFailedAttempts(metrics, counters::failedAttempts);
  }

  /** Adds how many attempts in a row have failed. */
  public static void addFailedAttempts(PluginMetrics metrics, LongSupplier value) {
    add(metrics, FAILED_ATTEMPTS, "Attempts in a row that have failed and are repeated.", value);
  }

  private static void add(
      PluginMetrics metrics, String name, String description, LongSupplier value) {
    Gauge<Long> gauge = (config, now) -> value.getAsLong();
    metrics.addMetric(metrics.metricName(name, description, new LinkedHashMap<>()), gauge);
  }
}

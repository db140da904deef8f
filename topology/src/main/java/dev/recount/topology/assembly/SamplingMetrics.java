package dev.recount.topology.assembly;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.common.metrics.Sensor.RecordingLevel;
import org.apache.kafka.streams.StreamsMetrics;

/**
 * Counts decisions by rule, among the metrics of Kafka Streams: {@code stream-sampling-metrics}
 * with the rule as {@code sampling-id}, and in it rate and total of {@code kept}, {@code not-kept}
 * and {@code readmitted} traces.
 */
final class SamplingMetrics {
  private static final String SCOPE = "sampling";

  private final StreamsMetrics metrics;
  private final Map<String, Sensor> sensors = new HashMap<>();

  SamplingMetrics(StreamsMetrics metrics) {
    this.metrics = metrics;
  }

  /** A trace has been decided on for the first time. */
  void decided(String rule, boolean retained) {
    count(rule, retained ? "kept" : "not-kept");
  }

  /** A trace that had been decided against is kept after all. */
  void readmitted(String rule) {
    count(rule, "readmitted");
  }

  private void count(String rule, String outcome) {
    sensors
        .computeIfAbsent(
            outcome + " " + rule,
            name -> metrics.addRateTotalSensor(SCOPE, rule, outcome, RecordingLevel.INFO))
        .record();
  }
}

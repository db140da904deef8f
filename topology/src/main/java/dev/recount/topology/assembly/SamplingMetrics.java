package dev.recount.topology.assembly;

import dev.recount.topology.NodeNames;
import dev.recount.topology.metrics.TaskMetrics;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/** Counts what rules decide. Nothing of it decides anything. */
final class SamplingMetrics implements AutoCloseable {
  private final TaskMetrics metrics;

  SamplingMetrics(ProcessorContext<?, ?> context) {
    metrics = TaskMetrics.of(context, NodeNames.ASSEMBLER + "-sampling");
  }

  /** A trace has been decided on for the first time. */
  void decided(String rule, boolean retained) {
    count(rule, retained ? "kept" : "not_kept");
  }

  /** A trace that had been decided against is kept after all. */
  void readmitted(String rule) {
    count(rule, "readmitted");
  }

  private void count(String rule, String outcome) {
    metrics.count(
        "sampled-traces", "Traces by rule and outcome.", 1, "rule", rule, "outcome", outcome);
  }

  @Override
  public void close() {
    metrics.close();
  }
}

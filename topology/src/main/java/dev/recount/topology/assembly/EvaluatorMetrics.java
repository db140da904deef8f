package dev.recount.topology.assembly;

import dev.recount.topology.NodeNames;
import dev.recount.topology.evaluation.Evaluators;
import dev.recount.topology.metrics.TaskMetrics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/** What evaluators do, and how long they take. Nothing of it decides anything. */
final class EvaluatorMetrics implements AutoCloseable {
  private static final double NANOSECONDS_PER_MILLISECOND = 1e6;

  private final TaskMetrics metrics;
  private final List<Evaluators> watched = new ArrayList<>();

  /** What each metric has been told so far, by its name and its evaluator. */
  private final Map<String, Double> told = new HashMap<>();

  EvaluatorMetrics(ProcessorContext<?, ?> context) {
    metrics = TaskMetrics.of(context, NodeNames.ASSEMBLER + "-evaluators");
  }

  void watch(Evaluators evaluators) {
    watched.add(evaluators);
  }

  /** Shows what has been done so far. */
  void show() {
    Map<String, Evaluators.Counts> sums = new LinkedHashMap<>();
    for (Evaluators evaluators : watched) {
      evaluators.counts().forEach((id, counts) -> sums.merge(id, counts, Evaluators.Counts::plus));
    }
    sums.forEach(
        (id, counts) -> {
          show("evaluator-traces", "Traces judged, each time anew.", counts.traces(), id);
          show("evaluator-adverse", "Traces faulted, each time anew.", counts.adverse(), id);
          show("evaluator-errors", "Times it threw or ran out of budget.", counts.errors(), id);
          show("evaluator-units", "Units of work.", counts.units(), id);
          show(
              "evaluator-time-ms",
              "Time spent judging, milliseconds.",
              counts.nanoseconds() / NANOSECONDS_PER_MILLISECOND,
              id);
        });
  }

  private void show(String name, String description, double value, String evaluator) {
    Double before = told.put(name + " " + evaluator, value);
    metrics.count(
        name, description, before == null ? value : value - before, "evaluator", evaluator);
  }

  @Override
  public void close() {
    metrics.close();
  }
}

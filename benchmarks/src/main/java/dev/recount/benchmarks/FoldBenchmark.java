package dev.recount.benchmarks;

import dev.recount.topology.Interpretation;
import dev.recount.topology.convention.SpanMapper;
import dev.recount.topology.evaluation.Evaluators;
import dev.recount.topology.fold.TraceContents;
import dev.recount.topology.fold.TraceFold;
import dev.recount.topology.model.ModelTable;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * The fold alone, without decoding or state: time per span, for traces of several sizes, without
 * evaluators and with them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Xmx2g")
public class FoldBenchmark {
  /** Every invocation folds this many spans, in as many traces as it takes. */
  private static final int SPANS_PER_INVOCATION = 20_000;

  private static final String POLICIES =
      """
      evaluators:
        policy_violation:
          policies:
            - {name: look_first, tool: create_refund, requires_before: {tool: search_orders}}
            - {name: few_messages, tool: send_message, at_most: 2}
            - {name: small, tool: "*", forbidden: on, where: {page: "> 1000"}}
      """;

  /** Spans of a trace. */
  @Param({"10", "1000", "20000"})
  public int spans;

  /** Which evaluators judge the trace: none, default, or default with three policies. */
  @Param({"none", "default", "policies"})
  public String evaluators = "none";

  private Interpretation interpretation = Interpretation.standard();

  private TraceContents contents =
      new TraceContents("", List.of(), 0, false, List.of(), List.of(), List.of());

  @Setup
  public void setUp() {
    AgentTraces traces = new AgentTraces(1, 0);
    contents =
        new TraceContents(
            traces.traceId(1),
            LogEntries.decoded(traces.trace(1, spans)),
            0,
            false,
            List.of(),
            List.of(),
            List.of());
    interpretation =
        new Interpretation(
            SpanMapper.standard(),
            ModelTable.standard(),
            Evaluators.of(evaluators.equals("policies") ? POLICIES : evaluators));
  }

  @Benchmark
  @OperationsPerInvocation(SPANS_PER_INVOCATION)
  public void fold(Blackhole sink) {
    for (int folded = 0; folded < SPANS_PER_INVOCATION; folded += spans) {
      sink.consume(TraceFold.fold(contents, interpretation));
    }
  }
}

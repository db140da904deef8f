package dev.recount.benchmarks;

import dev.recount.topology.fold.TraceContents;
import dev.recount.topology.fold.TraceFold;
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

/** The fold alone, without decoding or state: time per span, for traces of several sizes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Xmx2g")
public class FoldBenchmark {
  /** Every invocation folds this many spans, in as many traces as it takes. */
  private static final int SPANS_PER_INVOCATION = 20_000;

  /** Spans of a trace. */
  @Param({"10", "1000", "20000"})
  public int spans;

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
  }

  @Benchmark
  @OperationsPerInvocation(SPANS_PER_INVOCATION)
  public void fold(Blackhole sink) {
    for (int folded = 0; folded < SPANS_PER_INVOCATION; folded += spans) {
      sink.consume(TraceFold.fold(contents));
    }
  }
}

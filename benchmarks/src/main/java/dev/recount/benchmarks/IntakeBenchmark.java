package dev.recount.benchmarks;

import io.opentelemetry.proto.trace.v1.Span;
import java.util.ArrayList;
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

/** Intake on one core: exports of 500 spans in OTLP to entries of the log, spans a second. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class IntakeBenchmark {
  private static final int SPANS = 500;

  /** Whether response and tool call IDs are announced too, as they are by default. */
  @Param({"true", "false"})
  public boolean aliases;

  private byte[] export = new byte[0];
  private LogEntries intake = new LogEntries(false);

  @Setup
  public void setUp() {
    AgentTraces traces = new AgentTraces(1, 0);
    List<Span> spans = new ArrayList<>(SPANS);
    for (long number = 0; spans.size() < SPANS; number++) {
      spans.addAll(traces.trace(number, AgentTraces.SPANS_PER_RUN));
    }
    export = AgentTraces.export(spans);
    intake = new LogEntries(aliases);
  }

  @Benchmark
  @OperationsPerInvocation(SPANS)
  public int takeIn() {
    return intake.takeIn(export);
  }
}

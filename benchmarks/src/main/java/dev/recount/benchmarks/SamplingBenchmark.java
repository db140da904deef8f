package dev.recount.benchmarks;

import dev.recount.avro.Span;
import dev.recount.topology.fold.TraceContents;
import dev.recount.topology.fold.TraceFold;
import dev.recount.topology.fold.TraceRows;
import dev.recount.topology.sampling.Evidence;
import dev.recount.topology.sampling.RuleSet;
import dev.recount.topology.sampling.Verdict;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A verdict of the rules that come with Recount on a trace that has been folded. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Xmx2g")
public class SamplingBenchmark {
  /** Spans of a trace. */
  @Param({"10", "1000"})
  public int spans;

  private final RuleSet rules = RuleSet.parse("default", RuleSet.defaultRules());
  private List<Span> ofTrace = List.of();

  @SuppressWarnings("NullAway.Init") // set up before it is used
  private TraceRows rows;

  @Setup
  public void setUp() {
    AgentTraces traces = new AgentTraces(1, 0);
    ofTrace = LogEntries.decoded(traces.trace(1, spans));
    rows =
        TraceFold.fold(
            new TraceContents(
                traces.traceId(1), ofTrace, 0, false, List.of(), List.of(), List.of()));
  }

  @Benchmark
  public Verdict decide() {
    return rules.decide(Evidence.of(rows, ofTrace));
  }
}

package dev.recount.benchmarks;

import io.opentelemetry.proto.trace.v1.Span;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One late span into a settled trace: filed, the quiet time passed, the trace read back and folded,
 * the rows that changed encoded. Default cap.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 3, time = 3)
@Fork(value = 1, jvmArgsAppend = "-Xmx10g")
public class LateSpanBenchmark {
  /** Beyond every span of the trace. */
  private static final int LATE = 1_500_001;

  /** Spans of the trace when it settles. */
  @Param({"10", "1000", "20000", "100000", "1000000"})
  public int spans;

  private final AgentTraces traces = new AgentTraces(1, 0);
  private final EntryTemplates templates = new EntryTemplates(traces);
  private final LogEntries intake = new LogEntries(false);
  private final byte[] key = templates.key(1);

  @SuppressWarnings("NullAway.Init")
  private AssemblerPartition partition;

  private byte[] late = new byte[0];
  private long revision;

  @Setup
  public void open() {
    Map<String, String> settings = new HashMap<>();
    settings.put("amend.quiet.ms", "1000");
    partition = new AssemblerPartition(settings);
    for (int index = spans - 1; index >= 0; index--) {
      partition.append(key, templates.entry(key, 1, index));
    }
    partition.pass(Duration.ofSeconds(60));
    if (partition.forwarded() == 0) {
      throw new IllegalStateException("The trace did not settle");
    }
  }

  /** The same span every time, ended later: the trace changes but does not grow. */
  @Setup(Level.Invocation)
  public void nextRevision() {
    Span span = traces.span(1, LATE);
    span = span.toBuilder().setEndTimeUnixNano(span.getEndTimeUnixNano() + ++revision).build();
    late = intake.values(AgentTraces.export(List.of(span))).get(0);
  }

  @TearDown
  public void close() {
    partition.close();
  }

  @Benchmark
  public long lateSpan() {
    long before = partition.forwarded();
    partition.append(key, late);
    partition.pass(Duration.ofMillis(1001));
    if (partition.forwarded() == before) {
      throw new IllegalStateException("The late span amended nothing");
    }
    return partition.forwarded();
  }
}

package dev.recount.benchmarks;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The assembler on RocksDB: time per event, over the life of traces of several sizes. Every
 * iteration starts with empty state and takes in a million events, as 100,000 traces of ten spans
 * or as one of a million.
 *
 * <p>{@link #file} is filing alone. {@link #fileAndSettle} lets the traces settle too, which reads
 * them back, folds them and encodes their rows.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 1)
@Measurement(iterations = 2)
@Fork(value = 1, jvmArgsAppend = "-Xmx10g")
public class AssemblerBenchmark {
  static final int EVENTS = 1_000_000;

  /** No trace reaches this one. */
  static final int NO_CAP = Integer.MAX_VALUE;

  /** Spans of a trace. */
  @Param({"10", "1000", "100000", "1000000"})
  public int spans;

  /** Spans that are folded at most: the default, and none. Filing never looks at it. */
  @Param({"20000", "" + NO_CAP})
  public int cap;

  private final EntryTemplates templates = new EntryTemplates(new AgentTraces(1, 0));

  @SuppressWarnings("NullAway.Init")
  private AssemblerPartition partition;

  /** State of its own for every iteration. */
  @Setup(Level.Iteration)
  public void open() {
    Map<String, String> settings = new HashMap<>();
    settings.put("span.cap", Integer.toString(cap));
    partition = new AssemblerPartition(settings);
  }

  @TearDown(Level.Iteration)
  public void close() {
    partition.close();
  }

  /** The log's clock stands still, so that nothing falls due. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public long file() {
    fileAll(Duration.ZERO);
    return partition.forwarded();
  }

  /** The log's clock runs as it would with 20,000 events a second. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public long fileAndSettle() {
    fileAll(Duration.ofSeconds(1));
    for (int second = 0; second < 20; second++) {
      partition.pass(Duration.ofSeconds(1));
    }
    // Timers that one tick may fire are limited: as many ticks as it takes.
    long before;
    do {
      before = partition.forwarded();
      partition.pass(Duration.ofSeconds(1));
    } while (partition.forwarded() > before);
    return partition.forwarded();
  }

  private void fileAll(Duration passes) {
    byte[] key = new byte[0];
    for (int event = 0; event < EVENTS; event++) {
      long trace = event / spans;
      int index = event % spans;
      if (index == 0) {
        key = templates.key(trace);
      }
      // The root last: it is what ends.
      int span = spans - 1 - index;
      partition.append(key, templates.entry(key, trace, span));
      if (!passes.isZero() && event % 20_000 == 0) {
        partition.pass(passes);
      }
    }
  }
}

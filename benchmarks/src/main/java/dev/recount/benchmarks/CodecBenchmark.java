package dev.recount.benchmarks;

import dev.recount.avro.TraceEvent;
import dev.recount.schemas.AvroCodec;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** Avro alone: one span's entry of the log to bytes and back, time per entry. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class CodecBenchmark {
  private final AvroCodec<TraceEvent> codec = LogEntries.CODECS.traceEvents();
  private List<byte[]> encoded = List.of();
  private List<TraceEvent> events = List.of();

  /** One agent run, so that every kind of span has its share. */
  @Setup
  public void setUp() {
    encoded = LogEntries.of(new AgentTraces(1, 0).trace(1, AgentTraces.SPANS_PER_RUN));
    events = encoded.stream().map(codec::decode).toList();
  }

  @Benchmark
  @OperationsPerInvocation(AgentTraces.SPANS_PER_RUN)
  public void encode(Blackhole sink) {
    for (TraceEvent event : events) {
      sink.consume(codec.encode(event));
    }
  }

  @Benchmark
  @OperationsPerInvocation(AgentTraces.SPANS_PER_RUN)
  public void decode(Blackhole sink) {
    for (byte[] bytes : encoded) {
      sink.consume(codec.decode(bytes));
    }
  }
}

package dev.recount.benchmarks;

import dev.recount.avro.Span;
import dev.recount.topology.convention.ChatMessage;
import dev.recount.topology.convention.ChatMessages;
import dev.recount.topology.convention.Fact;
import dev.recount.topology.convention.SpanFacts;
import dev.recount.topology.convention.SpanMapper;
import dev.recount.topology.model.TokenUsage;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

/**
 * What spans say, on one core: spans a second. {@code -prof gc} adds the bytes allocated for each.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class MapperBenchmark {
  private static final int SPANS = 1000;
  private static final int ATTRIBUTES = 20;
  private static final int MESSAGE_BYTES = 200_000;

  private List<Span> small = List.of();
  private Span large = new Span();

  @Setup
  public void setUp() {
    AgentTraces traces = new AgentTraces(1, 0);
    small = LogEntries.decoded(traces.trace(1, SPANS));
    for (Span span : small) {
      Map<String, Object> attributes = new TreeMap<>(span.getAttributes());
      attributes.keySet().removeIf(key -> key.endsWith("put.messages"));
      for (int i = 0; attributes.size() < ATTRIBUTES; i++) {
        attributes.put("shop.attribute." + i, "value " + i);
      }
      span.setAttributes(attributes);
    }
    large = LogEntries.decoded(traces.trace(2, 2)).get(1);
    large.getAttributes().put("gen_ai.input.messages", conversation());
  }

  /** A conversation with tool calls and results, as OpenTelemetry's newest convention writes it. */
  private static String conversation() {
    StringBuilder json = new StringBuilder("[");
    for (int turn = 0; json.length() < MESSAGE_BYTES; turn++) {
      json.append(turn == 0 ? "" : ",")
          .append("{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"Let me look")
          .append(" at order ")
          .append(turn)
          .append(".\"},{\"type\":\"tool_call\",\"id\":\"call-")
          .append(turn)
          .append("\",\"name\":\"get_order\",\"arguments\":{\"order_id\":\"W")
          .append(turn)
          .append(
              "\",\"page\":1}}]},{\"role\":\"tool\",\"parts\":[{\"type\":\"tool_call_response\",")
          .append("\"id\":\"call-")
          .append(turn)
          .append("\",\"response\":\"{\\\"status\\\": \\\"shipped\\\", \\\"note\\\": \\\"")
          .append("The parcel left the depot. ".repeat(20))
          .append("\\\"}\"}]}");
    }
    return json.append(']').toString();
  }

  /** A span of 20 attributes: its facts, as intake and the fold ask for them. */
  @Benchmark
  @OperationsPerInvocation(SPANS)
  public void smallSpan(Blackhole sink) {
    for (Span span : small) {
      SpanFacts facts = SpanMapper.standard().read(span);
      sink.consume(facts.decisionKind());
      sink.consume(facts.failed(span));
      sink.consume(facts.text(Fact.RESPONSE_ID));
      sink.consume(facts.text(Fact.AGENT_NAME));
      sink.consume(facts.text(Fact.SESSION_ID));
      sink.consume(TokenUsage.of(span, facts));
    }
  }

  /** A span with 200 kB of messages: its facts and its messages. */
  @Benchmark
  public void largeSpan(Blackhole sink) {
    sink.consume(SpanMapper.standard().read(large));
    sink.consume(ChatMessages.of(large, List.of()));
  }

  /** The same, and the bytes that each message is addressed by. */
  @Benchmark
  public void largeSpanWithCanonicalBytes(Blackhole sink) {
    for (ChatMessage message : ChatMessages.of(large, List.of()).input()) {
      sink.consume(message.canonicalBytes());
    }
  }
}

package dev.recount.benchmarks;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Traces of agents as an OpenTelemetry SDK would export them. An agent run is ten spans: the agent,
 * five model calls and the four tool calls between them. A longer trace is an agent that hands over
 * to one sub-agent after another, each a run of ten spans. Spans have 15 to 20 attributes and about
 * 800 bytes each in OTLP. A pure function of the trace's number.
 */
final class AgentTraces {
  /** Spans of one agent run. */
  static final int SPANS_PER_RUN = 10;

  /** Decisions that follow from one agent run: its model calls and its tool calls. */
  static final int DECISIONS_PER_RUN = 9;

  private static final long MILLISECOND = 1_000_000;
  private static final long RUN_NANOS = 4_000 * MILLISECOND;
  private static final String[] TOOLS = {
    "search_orders", "check_inventory", "get_customer", "create_refund", "send_message"
  };
  private static final String[] AGENTS = {"shop", "support", "billing"};

  private final long salt;
  private final long startNanos;

  /**
   * @param salt keeps the IDs of one set of traces apart from those of another
   * @param startNanos start of the first trace, nanoseconds since the Unix epoch
   */
  AgentTraces(long salt, long startNanos) {
    this.salt = salt;
    this.startNanos = startNanos;
  }

  /** All spans of a trace, parents before children. */
  List<Span> trace(long number, int spanCount) {
    List<Span> spans = new ArrayList<>(spanCount);
    for (int index = 0; index < spanCount; index++) {
      spans.add(span(number, index));
    }
    return spans;
  }

  /** One span of a trace; index 0 is the root. */
  Span span(long trace, int index) {
    int run = index / SPANS_PER_RUN;
    int position = index % SPANS_PER_RUN;
    long runStart = startNanos + (trace % 100_000) * MILLISECOND + run * RUN_NANOS;
    Span.Builder span =
        Span.newBuilder().setTraceId(traceIdBytes(trace)).setSpanId(spanIdBytes(trace, index));
    if (position > 0) {
      span.setParentSpanId(spanIdBytes(trace, run * SPANS_PER_RUN));
    } else if (run > 0) {
      span.setParentSpanId(spanIdBytes(trace, 0));
    }
    if (position == 0) {
      agent(span, trace, run, runStart);
    } else if (position % 2 == 1) {
      chat(span, trace, index, position, runStart);
    } else {
      tool(span, trace, index, position, runStart);
    }
    return span.build();
  }

  private static void agent(Span.Builder span, long trace, int run, long start) {
    String agent = AGENTS[(int) ((trace + run) % AGENTS.length)];
    span.setName("invoke_agent " + agent)
        .setKind(Span.SpanKind.SPAN_KIND_INTERNAL)
        .setStartTimeUnixNano(start)
        .setEndTimeUnixNano(start + RUN_NANOS - MILLISECOND);
    common(span, "invoke_agent", trace);
    text(span, "gen_ai.agent.name", agent);
    text(span, "gen_ai.agent.id", "agent-" + agent);
    text(span, "gen_ai.agent.version", trace % 2 == 0 ? "2.4.0" : "2.4.1");
    text(span, "gen_ai.prompt.name", agent + "-policy");
    text(span, "gen_ai.prompt.version", "v" + (16 + trace % 2));
    text(span, "recount.tool_schema.version", "2026-02");
    text(span, "recount.memory_index.version", "2026-02-11");
    text(span, "recount.framework.name", "agentkit");
    text(span, "recount.framework.version", "1.9.2");
    text(span, "user.id", "user-" + trace % 5_000);
    text(span, "agent.goal", "Resolve the customer's request about order " + trace + " politely.");
    number(span, "agent.max_steps", 12);
  }

  private static void chat(Span.Builder span, long trace, int index, int position, long start) {
    long begin = start + position * 400 * MILLISECOND;
    span.setName("chat gpt-4o")
        .setKind(Span.SpanKind.SPAN_KIND_CLIENT)
        .setStartTimeUnixNano(begin)
        .setEndTimeUnixNano(begin + 350 * MILLISECOND);
    common(span, "chat", trace);
    text(span, "gen_ai.request.model", "gpt-4o");
    text(span, "gen_ai.response.model", "gpt-4o-2024-08-06");
    text(span, "gen_ai.response.id", "chatcmpl-" + trace + "-" + index);
    text(span, "gen_ai.output.type", "text");
    text(span, "gen_ai.response.finish_reasons", "tool_call");
    number(span, "gen_ai.usage.input_tokens", 900 + 120L * position);
    number(span, "gen_ai.usage.output_tokens", 45 + position);
    number(span, "gen_ai.request.max_tokens", 1024);
    text(span, "server.address", "api.example.com");
    number(span, "server.port", 443);
    number(span, "recount.context.token_count", 900 + 120L * position);
    number(span, "recount.context.token_limit", 128_000);
    text(
        span,
        "gen_ai.input.messages",
        "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Where is my order "
            + trace
            + "? It should have been here on Tuesday.\"}]}]");
    text(
        span,
        "gen_ai.output.messages",
        "[{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"Let me look that up"
            + " for you.\"}],\"finish_reason\":\"tool_call\"}]");
  }

  private static void tool(Span.Builder span, long trace, int index, int position, long start) {
    long begin = start + position * 400 * MILLISECOND;
    String tool = TOOLS[(int) ((trace + position) % TOOLS.length)];
    span.setName("execute_tool " + tool)
        .setKind(Span.SpanKind.SPAN_KIND_INTERNAL)
        .setStartTimeUnixNano(begin)
        .setEndTimeUnixNano(begin + 300 * MILLISECOND);
    common(span, "execute_tool", trace);
    text(span, "gen_ai.tool.name", tool);
    text(span, "gen_ai.tool.type", "function");
    text(span, "gen_ai.tool.description", "Looks into the shop's back office for the customer.");
    text(span, "gen_ai.tool.call.id", "call-" + trace + "-" + index);
    text(
        span,
        "gen_ai.tool.call.arguments",
        "{\"order_id\": \"W" + trace + "\", \"include_items\": true, \"page\": " + position + "}");
    text(
        span,
        "gen_ai.tool.call.result",
        "{\"status\": \"shipped\", \"carrier\": \"post\", \"items\": [{\"sku\": \"A-1\","
            + " \"quantity\": 2}, {\"sku\": \"B-7\", \"quantity\": 1}], \"eta_days\": 3}");
    number(span, "http.response.status_code", 200);
    text(span, "url.path", "/back-office/orders/W" + trace);
    text(span, "code.function.name", "shop.tools." + tool);
    text(span, "thread.name", "agent-worker-" + position);
  }

  private static void common(Span.Builder span, String operation, long trace) {
    text(span, "gen_ai.operation.name", operation);
    text(span, "gen_ai.provider.name", "openai");
    text(span, "gen_ai.conversation.id", "conversation-" + trace / 3);
    text(span, "deployment.region", "eu-central-1");
  }

  /** Spans, of any traces, as the bytes of one export. */
  static byte[] export(List<Span> spans) {
    return TracesData.newBuilder()
        .addResourceSpans(
            ResourceSpans.newBuilder()
                .setResource(resource())
                .addScopeSpans(
                    ScopeSpans.newBuilder()
                        .setScope(
                            InstrumentationScope.newBuilder().setName("agentkit").setVersion("1.9"))
                        .addAllSpans(spans)))
        .build()
        .toByteArray();
  }

  private static Resource resource() {
    return Resource.newBuilder()
        .addAttributes(attribute("service.name", "shop-agents"))
        .addAttributes(attribute("service.version", "2026.3.1"))
        .addAttributes(attribute("deployment.environment.name", "production"))
        .addAttributes(attribute("telemetry.sdk.language", "python"))
        .build();
  }

  private static void text(Span.Builder span, String key, String value) {
    span.addAttributes(attribute(key, value));
  }

  private static void number(Span.Builder span, String key, long value) {
    span.addAttributes(
        KeyValue.newBuilder().setKey(key).setValue(AnyValue.newBuilder().setIntValue(value)));
  }

  private static KeyValue attribute(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  /** The trace's ID, 32 hexadecimal digits. */
  String traceId(long trace) {
    return String.format("%016x%016x", traceIdHigh(trace), trace);
  }

  private long traceIdHigh(long trace) {
    return scattered(Long.reverse(salt) ^ (trace << 1));
  }

  private ByteString traceIdBytes(long trace) {
    return ByteString.copyFrom(
        ByteBuffer.allocate(16).putLong(traceIdHigh(trace)).putLong(trace).array());
  }

  /** A span's ID, 16 hexadecimal digits. */
  static String spanId(long trace, int index) {
    return String.format("%016x", spanIdLong(trace, index));
  }

  static long spanIdLong(long trace, int index) {
    return scattered((trace << 24) ^ (index + 1L));
  }

  private static ByteString spanIdBytes(long trace, int index) {
    return ByteString.copyFrom(ByteBuffer.allocate(8).putLong(spanIdLong(trace, index)).array());
  }

  /** Steele and Vigna's mixer: a bijection, so that distinct numbers stay distinct. */
  private static long scattered(long number) {
    long mixed = number + 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}

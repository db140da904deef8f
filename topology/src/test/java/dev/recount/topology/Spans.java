package dev.recount.topology;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;

/** Spans as tests write them down. Times are milliseconds after {@link Pipeline#START}. */
final class Spans {
  static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  private Spans() {}

  static Span.Builder span(String trace, int id, int parent, String name, long start, long end) {
    Span.Builder span =
        Span.newBuilder()
            .setTraceId(Pipeline.id(trace))
            .setSpanId(Pipeline.id(spanId(id)))
            .setName(name)
            .setStartTimeUnixNano(nano(start))
            .setEndTimeUnixNano(nano(end));
    if (parent != 0) {
      span.setParentSpanId(Pipeline.id(spanId(parent)));
    }
    return span;
  }

  static Span.Builder agent(int id, long start, long end) {
    return with(
        span(TRACE, id, 0, "invoke_agent shop", start, end),
        "gen_ai.operation.name",
        "invoke_agent",
        "gen_ai.agent.name",
        "shop",
        "gen_ai.agent.version",
        "2.4.1",
        "gen_ai.prompt.name",
        "shop-policy",
        "gen_ai.prompt.version",
        "v17",
        "gen_ai.conversation.id",
        "session-1");
  }

  static Span.Builder chat(int id, int parent, long start, long end) {
    return with(
        span(TRACE, id, parent, "chat gpt-4o", start, end),
        "gen_ai.operation.name",
        "chat",
        "gen_ai.request.model",
        "gpt-4o",
        "gen_ai.response.id",
        "response-" + id,
        "gen_ai.usage.input_tokens",
        "100",
        "gen_ai.usage.output_tokens",
        "10");
  }

  static Span.Builder tool(int id, int parent, String tool, long start, long end) {
    return with(
        span(TRACE, id, parent, "execute_tool " + tool, start, end),
        "gen_ai.operation.name",
        "execute_tool",
        "gen_ai.tool.name",
        tool,
        "gen_ai.tool.call.id",
        "call-" + id,
        "gen_ai.tool.call.arguments",
        "{\"b\": 1, \"a\": 2}",
        "gen_ai.tool.call.result",
        "42");
  }

  static Span.Builder failed(Span.Builder span, String message) {
    return span.setStatus(
        Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR).setMessage(message));
  }

  static Span.Builder with(Span.Builder span, String... keysAndValues) {
    for (int i = 0; i < keysAndValues.length; i += 2) {
      span.addAttributes(
          KeyValue.newBuilder()
              .setKey(keysAndValues[i])
              .setValue(AnyValue.newBuilder().setStringValue(keysAndValues[i + 1])));
    }
    return span;
  }

  static String spanId(int id) {
    return String.format("%016x", id);
  }

  static long nano(long millis) {
    return (Pipeline.START.toEpochMilli() + millis) * 1_000_000;
  }
}

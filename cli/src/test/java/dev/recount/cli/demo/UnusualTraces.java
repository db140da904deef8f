package dev.recount.cli.demo;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Traces as no demo has them: one that is long, and one whose every text is hostile. */
public final class UnusualTraces {
  /** 10,000 spans. */
  public static final String LONG = "10000000000000000000000000010000";

  /** Scripts, five megabytes, text from right to left, signs beyond the basic plane. */
  public static final String HOSTILE = "bad00000000000000000000000000bad";

  /** How many spans the long one has. */
  public static final int LENGTH = 10_000;

  /** What would show in a page that runs it, and in one that takes it for markup. */
  public static final String SCRIPT =
      "<img src=x onerror=\"document.title='pwned'\"><script>document.title='pwned'</script>"
          + "\"'`}]};alert(1)//\\ \u202etxet \u0627\u0644\u0639\u0631\u0628\u064a\u0629"
          + " \ud83d\udc69\u200d\ud83d\ude80\t\u0001";

  private static final int BATCH = 2_500;
  private static final int FIVE_MEGABYTES = 5_000_000;
  private static final long MILLI = 1_000_000;

  private UnusualTraces() {}

  /** Sends both. */
  static void send(String otlpHttpUrl) {
    long start = Instant.now().minus(Duration.ofHours(9)).toEpochMilli() * MILLI;
    post(otlpHttpUrl, "hostile-agent" + SCRIPT, hostile(start));
    List<Span> spans = longTrace(start);
    for (int from = 0; from < spans.size(); from += BATCH) {
      post(otlpHttpUrl, "long-agent", spans.subList(from, Math.min(spans.size(), from + BATCH)));
    }
  }

  private static List<Span> longTrace(long start) {
    List<Span> spans = new ArrayList<>();
    for (int i = 1; i < LENGTH; i++) {
      spans.add(
          span(LONG, i, start + i * 10 * MILLI, 8 * MILLI, "execute_tool tool_" + i % 7)
              .addAllAttributes(
                  attributes(
                      Map.of(
                          "gen_ai.operation.name",
                          "execute_tool",
                          "gen_ai.tool.name",
                          "tool_" + i % 7,
                          "gen_ai.tool.call.arguments",
                          "{\"number\":" + i + "}")))
              .build());
    }
    spans.add(
        span(LONG, 0, start, LENGTH * 10 * MILLI, "invoke_agent long-agent")
            .addAllAttributes(attributes(Map.of("gen_ai.operation.name", "invoke_agent")))
            .build());
    return spans;
  }

  private static List<Span> hostile(long start) {
    Map<String, String> identity =
        Map.of(
            "gen_ai.agent.name", "hostile" + SCRIPT,
            "gen_ai.agent.version", SCRIPT,
            "gen_ai.prompt.name", SCRIPT,
            "gen_ai.prompt.version", SCRIPT,
            "gen_ai.request.model", SCRIPT,
            "gen_ai.conversation.id", "session\\t\t\n'<b>\ud83d\ude80",
            "user.id", SCRIPT);
    Span root =
        span(HOSTILE, 0, start, 500 * MILLI, "invoke_agent " + SCRIPT)
            .addAllAttributes(attributes(identity))
            .addAllAttributes(attributes(Map.of("gen_ai.operation.name", "invoke_agent")))
            .setStatus(Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR))
            .build();
    Span tool =
        span(HOSTILE, 1, start + 100 * MILLI, 50 * MILLI, "execute_tool " + SCRIPT)
            .addAllAttributes(
                attributes(
                    Map.of(
                        "gen_ai.operation.name",
                        "execute_tool",
                        "gen_ai.tool.name",
                        SCRIPT,
                        "gen_ai.tool.call.id",
                        SCRIPT,
                        "gen_ai.tool.call.arguments",
                        SCRIPT,
                        "gen_ai.tool.call.result",
                        SCRIPT + "x".repeat(FIVE_MEGABYTES),
                        "recount.decision.considered",
                        "[\"" + "<script>document.title='pwned'</script>" + "\", \"other\"]",
                        "recount.decision.rationale",
                        SCRIPT,
                        "recount.decision.expected_outcome",
                        SCRIPT,
                        "error.type",
                        SCRIPT)))
            .setStatus(
                Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR).setMessage(SCRIPT))
            .build();
    Span first = chat(2, start + 200 * MILLI, message("user"));
    Span second = chat(3, start + 300 * MILLI, message("user") + "," + message("assistant"));
    return List.of(root, tool, first, second);
  }

  private static Span chat(int number, long start, String messages) {
    return span(HOSTILE, number, start, 50 * MILLI, "chat " + SCRIPT)
        .addAllAttributes(
            attributes(
                Map.of(
                    "gen_ai.operation.name",
                    "chat",
                    "gen_ai.request.model",
                    SCRIPT,
                    "gen_ai.input.messages",
                    "[" + messages + "]")))
        .build();
  }

  private static String message(String role) {
    return "{\"role\":\""
        + role
        + "\",\"parts\":[{\"type\":\"text\",\"content\":"
        + "\"<script>document.title='pwned'</script>\"}]}";
  }

  private static Span.Builder span(
      String traceId, int number, long start, long nanos, String name) {
    Span.Builder span =
        Span.newBuilder()
            .setTraceId(bytes(traceId))
            .setSpanId(spanId(number))
            .setName(name)
            .setStartTimeUnixNano(start)
            .setEndTimeUnixNano(start + nanos);
    if (number > 0) {
      span.setParentSpanId(spanId(0));
    }
    return span;
  }

  private static ByteString spanId(int number) {
    return bytes(String.format("%016x", number + 1));
  }

  private static ByteString bytes(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }

  private static List<KeyValue> attributes(Map<String, String> values) {
    return values.entrySet().stream()
        .map(
            entry ->
                KeyValue.newBuilder()
                    .setKey(entry.getKey())
                    .setValue(AnyValue.newBuilder().setStringValue(entry.getValue()))
                    .build())
        .toList();
  }

  private static void post(String otlpHttpUrl, String service, List<Span> spans) {
    byte[] body =
        ExportTraceServiceRequest.newBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder()
                    .setResource(
                        Resource.newBuilder()
                            .addAllAttributes(attributes(Map.of("service.name", service))))
                    .addScopeSpans(ScopeSpans.newBuilder().addAllSpans(spans)))
            .build()
            .toByteArray();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(otlpHttpUrl + "/v1/traces"))
            .header("Content-Type", "application/x-protobuf")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    try {
      HttpResponse<String> answer =
          HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IllegalStateException(answer.statusCode() + " " + answer.body());
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }
}

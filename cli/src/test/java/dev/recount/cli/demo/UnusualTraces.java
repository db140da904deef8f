package dev.recount.cli.demo;

import com.google.protobuf.ByteString;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.cli.load.EventProducer;
import dev.recount.schemas.Connection;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
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
import java.util.HashMap;
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

  /** Turns what stands around it, when it is not kept apart. */
  private static final String FROM_RIGHT_TO_LEFT =
      "\u202e\u2067\u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u05e2\u05d1\u05e8\u05d9\u05ea<script>document.title='pwned'</script>";

  /** Families, flags and skins, each of several code points. */
  private static final String EMOJI =
      "\ud83d\udc69\u200d\ud83d\udc69\u200d\ud83d\udc67 \ud83c\uddfa\ud83c\uddf3 \ud83d\udc4b\ud83c\udfff"
          .repeat(20);

  /** What a producer takes at most: a megabyte with all that is around it. */
  private static final String LARGE = SCRIPT + "x".repeat(300_000);

  /** The span of the hostile decision, and IDs that are no better than other texts. */
  private static final int STEP = 4;

  private static final String DECISION = "decision '" + SCRIPT;
  private static final String SNAPSHOT = "window '" + SCRIPT;

  private static final int BATCH = 2_500;
  private static final int FIVE_MEGABYTES = 5_000_000;
  private static final long MILLI = 1_000_000;

  private UnusualTraces() {}

  /** Sends both. */
  static void send(String otlpHttpUrl, Connection connection) {
    long start = Instant.now().minus(Duration.ofHours(9)).toEpochMilli() * MILLI;
    for (Span span : hostile(start)) {
      // One by one: each is as large as a request may well be.
      post(otlpHttpUrl, "hostile-agent" + SCRIPT, SCRIPT, List.of(span));
    }
    sendEvents(connection, Instant.ofEpochMilli(start / MILLI + 450));
    List<Span> spans = longTrace(start);
    for (int from = 0; from < spans.size(); from += BATCH) {
      List<Span> batch = spans.subList(from, Math.min(spans.size(), from + BATCH));
      post(otlpHttpUrl, "long-agent", "long-agent", batch);
    }
  }

  /** A decision, a window and feedback of every kind, every text of which is hostile. */
  private static void sendEvents(Connection connection, Instant time) {
    HostileRecord records =
        new HostileRecord(List.of(SCRIPT, FROM_RIGHT_TO_LEFT, EMOJI, "<b>" + SCRIPT), time);
    String spanId = String.format("%016x", STEP + 1);
    Map<String, Object> about = new HashMap<>(Map.of("trace_id", HOSTILE, "span_id", spanId));
    try (EventProducer events = new EventProducer(connection)) {
      Map<String, Object> ofDecision = new HashMap<>(about);
      ofDecision.put("kind", DecisionKind.BRANCH);
      ofDecision.put("decision_id", DECISION);
      ofDecision.put("snapshot_id", SNAPSHOT);
      ofDecision.put("rationale", LARGE);
      events.send(records.of(DecisionEvent.class, ofDecision));
      Map<String, Object> ofSnapshot = new HashMap<>(about);
      ofSnapshot.put("snapshot_id", SNAPSHOT);
      events.send(records.of(ContextSnapshot.class, ofSnapshot));
      for (FeedbackKind kind : FeedbackKind.values()) {
        Map<String, Object> ofFeedback = new HashMap<>(about);
        ofFeedback.put("kind", kind);
        ofFeedback.put("feedback_id", kind + SCRIPT);
        ofFeedback.put("decision_id", DECISION);
        ofFeedback.put("snapshot_id", SNAPSHOT);
        events.send(records.of(FeedbackEvent.class, ofFeedback));
        // Of the trace as a whole, too.
        ofFeedback.put("feedback_id", "whole" + kind + EMOJI);
        ofFeedback.put("comment", LARGE);
        List.of("decision_id", "snapshot_id", "span_id", "tool_call_id", "response_id")
            .forEach(name -> ofFeedback.put(name, null));
        events.send(records.of(FeedbackEvent.class, ofFeedback));
      }
      events.flush();
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
        Map.ofEntries(
            Map.entry("gen_ai.agent.name", "hostile" + SCRIPT),
            Map.entry("gen_ai.agent.version", SCRIPT),
            Map.entry("gen_ai.prompt.name", EMOJI),
            Map.entry("gen_ai.prompt.version", FROM_RIGHT_TO_LEFT),
            Map.entry("gen_ai.request.model", SCRIPT),
            Map.entry("gen_ai.response.model", FROM_RIGHT_TO_LEFT),
            Map.entry("recount.tool_schema.version", SCRIPT),
            Map.entry("recount.memory_index.version", EMOJI),
            Map.entry("recount.framework.name", SCRIPT),
            Map.entry("recount.framework.version", FROM_RIGHT_TO_LEFT),
            Map.entry("langfuse.release", SCRIPT),
            Map.entry("langfuse.environment", FROM_RIGHT_TO_LEFT),
            Map.entry("gen_ai.conversation.id", "session\\t\t\n'<b>\ud83d\ude80"),
            Map.entry("user.id", SCRIPT),
            Map.entry(SCRIPT, SCRIPT),
            Map.entry(FROM_RIGHT_TO_LEFT, EMOJI));
    Span root =
        span(HOSTILE, 0, start, 500 * MILLI, "invoke_agent " + SCRIPT)
            .addAllAttributes(attributes(identity))
            .addAllAttributes(attributes(Map.of("gen_ai.operation.name", "invoke_agent")))
            .setTraceState("vendor=<script>")
            .setStatus(
                Status.newBuilder()
                    .setCode(Status.StatusCode.STATUS_CODE_ERROR)
                    .setMessage(FROM_RIGHT_TO_LEFT))
            .addEvents(
                Span.Event.newBuilder()
                    .setName(SCRIPT)
                    .setTimeUnixNano(start)
                    .addAllAttributes(attributes(Map.of(SCRIPT, EMOJI))))
            .addLinks(
                Span.Link.newBuilder()
                    .setTraceId(bytes(LONG))
                    .setSpanId(spanId(0))
                    .addAllAttributes(attributes(Map.of(EMOJI, SCRIPT))))
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
                        SCRIPT + "y".repeat(FIVE_MEGABYTES),
                        "recount.decision.expected_outcome",
                        SCRIPT,
                        "error.type",
                        SCRIPT)))
            .setStatus(
                Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR).setMessage(SCRIPT))
            .build();
    Span first = chat(2, start + 200 * MILLI, message("user"));
    Span second = chat(3, start + 300 * MILLI, message("user") + "," + message("assistant"));
    Span step =
        span(HOSTILE, STEP, start + 400 * MILLI, 50 * MILLI, FROM_RIGHT_TO_LEFT)
            .addAllAttributes(
                attributes(
                    Map.of(
                        "recount.decision.kind",
                        "BRANCH",
                        "error.type",
                        EMOJI,
                        "recount.decision.constraints",
                        "[\"<script>document.title='pwned'</script>\"]")))
            .build();
    Span idle =
        span(HOSTILE, STEP + 1, start + 420 * MILLI, 5 * MILLI, SCRIPT + "z".repeat(FIVE_MEGABYTES))
            .build();
    return List.of(root, tool, first, second, step, idle);
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

  private static void post(String otlpHttpUrl, String service, String scope, List<Span> spans) {
    byte[] body =
        ExportTraceServiceRequest.newBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder()
                    .setResource(
                        Resource.newBuilder()
                            .addAllAttributes(
                                attributes(Map.of("service.name", service, scope, scope))))
                    .addScopeSpans(
                        ScopeSpans.newBuilder()
                            .setScope(
                                InstrumentationScope.newBuilder().setName(scope).setVersion(scope))
                            .addAllSpans(spans)))
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

package dev.recount.topology;

import static dev.recount.topology.Spans.agent;
import static dev.recount.topology.Spans.tool;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.TraceRecord;
import dev.recount.schemas.DeadLetters;
import dev.recount.schemas.Topic;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is taken in, and what becomes of the rest. */
@SuppressWarnings("NullAway.Init")
class IntakeTest {
  @TempDir Path stateDirectory;
  private Pipeline pipeline;

  @BeforeEach
  void start() {
    pipeline = new Pipeline(stateDirectory);
  }

  @AfterEach
  void stop() {
    pipeline.close();
  }

  private TestRecord<byte[], byte[]> onlyDeadLetter() {
    List<TestRecord<byte[], byte[]>> letters = pipeline.read(pipeline.topics.deadLetters());
    assertThat(letters).hasSize(1);
    return letters.get(0);
  }

  private static String header(TestRecord<byte[], byte[]> letter, String name) {
    return DeadLetters.read(letter.headers(), name).orElseThrow();
  }

  @Test
  void garbageOnAnyInputIsADeadLetterWithItsOrigin() {
    byte[] garbage = "\u0007 not telemetry".getBytes(StandardCharsets.UTF_8);
    for (Topic input : pipeline.topics.inputs()) {
      pipeline.send(input, garbage);
      TestRecord<byte[], byte[]> letter = onlyDeadLetter();
      assertThat(letter.value()).isEqualTo(garbage);
      assertThat(header(letter, DeadLetters.TOPIC)).isEqualTo(input.name());
      assertThat(header(letter, DeadLetters.OFFSET)).isEqualTo("0");
      assertThat(header(letter, DeadLetters.STAGE)).isEqualTo("intake");
    }
    pipeline.send(agent(1, 0, 10).build());
    pipeline.pass(Duration.ofSeconds(12));
    assertThat(pipeline.traceRecords()).hasSize(1);
  }

  @Test
  void anUnknownSchemaIdIsNamed() {
    byte[] value = ByteBuffer.allocate(12).put((byte) 0).putInt(4711).array();
    pipeline.send(pipeline.topics.feedback(), value);
    assertThat(header(onlyDeadLetter(), DeadLetters.ERROR)).contains("4711");
  }

  @Test
  void aSpanWithATraceIdOfTheWrongLengthIsADeadLetterAndItsNeighboursAreTakenIn() {
    pipeline.send(
        agent(1, 0, 10).build(),
        tool(2, 1, "inventory", 0, 5).setTraceId(ByteString.copyFrom(new byte[] {1, 2})).build());
    assertThat(header(onlyDeadLetter(), DeadLetters.ERROR))
        .contains("execute_tool inventory")
        .contains("2 bytes");
    pipeline.pass(Duration.ofSeconds(12));
    assertThat(pipeline.traceRecords().get(0).getSpanCount()).isEqualTo(1);
  }

  @Test
  void jsonAndProtobufOfTheSameSpansAreTheSameTrace() {
    pipeline.send(pipeline.topics.otlpSpans(), bytes(json(Spans.TRACE, 1, 2)));
    pipeline.pass(Duration.ofSeconds(12));
    TraceRecord fromJson = pipeline.traceRecords().get(0);
    try (Pipeline other = new Pipeline(stateDirectory.resolve("other"))) {
      other.send(agent(1, 0, 10).build(), tool(2, 1, "inventory", 0, 5).build());
      other.pass(Duration.ofSeconds(12));
      assertThat(other.traceRecords()).containsExactly(fromJson);
    }
  }

  @Test
  void aRecordOfSeveralTracesWithoutAKeyIsTakenInEitherEncoding() {
    String second = "1af7651916cd43dd8448eb211c80319c";
    String third = "2af7651916cd43dd8448eb211c80319c";
    pipeline.send(pipeline.topics.otlpSpans(), null, bytes(json(Spans.TRACE, 1, 2)));
    pipeline.send(
        pipeline.topics.otlpSpans(),
        null,
        TracesData.newBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder()
                    .addScopeSpans(
                        ScopeSpans.newBuilder()
                            .addSpans(agent(3, 0, 10).setTraceId(Pipeline.id(second)))
                            .addSpans(agent(3, 0, 10).setTraceId(Pipeline.id(third)))))
            .build()
            .toByteArray());
    // As partition_traces_by_id has it: keyed by the hexadecimal trace ID.
    pipeline.send(
        pipeline.topics.otlpSpans(), bytes(Spans.TRACE), bytes("\n " + json(Spans.TRACE, 4, 5)));
    pipeline.pass(Duration.ofSeconds(12));
    assertThat(pipeline.traceRecords())
        .extracting(TraceRecord::getTraceId, TraceRecord::getSpanCount)
        .containsExactlyInAnyOrder(tuple(Spans.TRACE, 4L), tuple(second, 1L), tuple(third, 1L));
    assertThat(pipeline.read(pipeline.topics.deadLetters())).isEmpty();
  }

  @Test
  void anOddTraceIdInJsonIsADeadLetterAndItsNeighboursAreTakenIn() {
    String json = json(Spans.TRACE, 1, 2).replaceFirst(Spans.TRACE, Spans.TRACE.substring(1));
    pipeline.send(pipeline.topics.otlpSpans(), bytes(json));
    assertThat(header(onlyDeadLetter(), DeadLetters.ERROR))
        .contains("invoke_agent shop")
        .contains("not hexadecimal");
    pipeline.pass(Duration.ofSeconds(62));
    assertThat(pipeline.traceRecords().get(0).getSpanCount()).isEqualTo(1);
  }

  @Test
  void aForcedEncodingRefusesTheOther() {
    TopologySettings onlyProtobuf = TopologySettings.fromMap(Map.of("otlp.encoding", "protobuf"));
    try (Pipeline forced = new Pipeline(stateDirectory.resolve("forced"), onlyProtobuf)) {
      forced.send(forced.topics.otlpSpans(), bytes(json(Spans.TRACE, 1, 2)));
      assertThat(forced.read(forced.topics.deadLetters())).hasSize(1);
      forced.send(agent(1, 0, 10).build());
      assertThat(forced.read(forced.topics.deadLetters())).isEmpty();
    }
  }

  @Test
  void logsInJsonAreTakenIn() {
    pipeline.send(agent(1, 0, 1000).build());
    pipeline.send(
        pipeline.topics.otlpLogs(),
        bytes(
            """
            {"resourceLogs":[{"scopeLogs":[{"logRecords":[{"traceId":"%s","spanId":"%s",
              "timeUnixNano":"%d","eventName":"gen_ai.evaluation.result","attributes":[
                {"key":"gen_ai.evaluation.name","value":{"stringValue":"relevance"}},
                {"key":"gen_ai.evaluation.score.value","value":{"doubleValue":0.5}}]}]}]}]}"""
                .formatted(Spans.TRACE, Spans.spanId(1), Spans.nano(600))));
    pipeline.pass(Duration.ofSeconds(12));
    assertThat(pipeline.traceRecords().get(0).getEvaluationMinScore()).isEqualTo(0.5);
  }

  /** The agent and its tool call of {@link Spans}, as the Collector's otlp_json spells them. */
  private static String json(String trace, int agent, int tool) {
    String attributes = "{\"key\":\"%s\",\"value\":{\"stringValue\":\"%s\"}}";
    StringBuilder spans = new StringBuilder();
    for (io.opentelemetry.proto.trace.v1.Span span :
        List.of(agent(agent, 0, 10).build(), tool(tool, agent, "inventory", 0, 5).build())) {
      String parent = span.getParentSpanId().isEmpty() ? "" : Spans.spanId(agent);
      String list =
          span.getAttributesList().stream()
              .map(
                  attribute ->
                      attributes.formatted(
                          attribute.getKey(),
                          attribute.getValue().getStringValue().replace("\"", "\\\"")))
              .collect(Collectors.joining(","));
      spans
          .append(spans.isEmpty() ? "" : ",")
          .append(
              ("{\"traceId\":\"%s\",\"spanId\":\"%s\",\"parentSpanId\":\"%s\",\"name\":\"%s\","
                      + "\"startTimeUnixNano\":\"%d\",\"endTimeUnixNano\":%d,\"attributes\":[%s]}")
                  .formatted(
                      trace,
                      HexFormat.of().formatHex(span.getSpanId().toByteArray()),
                      parent,
                      span.getName(),
                      span.getStartTimeUnixNano(),
                      span.getEndTimeUnixNano(),
                      list));
    }
    return "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[" + spans + "]}]}]}";
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void feedbackThatNamesNothingIsADeadLetter() {
    FeedbackEvent feedback =
        FeedbackEvent.newBuilder()
            .setFeedbackId("f-1")
            .setKind(FeedbackKind.RATING)
            .setOccurredAt(Pipeline.START)
            .build();
    pipeline.send(feedback);
    assertThat(header(onlyDeadLetter(), DeadLetters.ERROR)).contains("trace_id, response_id");
  }

  @Test
  void aSnapshotOfNoTraceIsADeadLetter() {
    pipeline.send(
        ContextSnapshot.newBuilder()
            .setSnapshotId("s-1")
            .setTraceId("not a trace")
            .setCapturedAt(Pipeline.START)
            .build());
    assertThat(header(onlyDeadLetter(), DeadLetters.ERROR)).contains("not a trace");
  }

  @Test
  void aTimeInTheWrongUnitIsADeadLetter() {
    pipeline.send(
        ContextSnapshot.newBuilder()
            .setSnapshotId("s-1")
            .setTraceId(Spans.TRACE)
            .setCapturedAt(Instant.ofEpochMilli(1_763_800_000_000_000_000L))
            .build());
    assertThat(header(onlyDeadLetter(), DeadLetters.ERROR)).contains("captured_at");
  }

  @Test
  void aResourceThatWouldMultiplyBeyondMeasureIsADeadLetter() {
    ScopeSpans.Builder spans = ScopeSpans.newBuilder();
    for (int id = 1; id <= 2000; id++) {
      spans.addSpans(agent(id, 0, 10));
    }
    ResourceSpans resource =
        ResourceSpans.newBuilder()
            .setResource(Resource.newBuilder().addAttributes(text("note", "x".repeat(100_000))))
            .addScopeSpans(spans)
            .build();
    pipeline.send(
        pipeline.topics.otlpSpans(),
        TracesData.newBuilder().addResourceSpans(resource).build().toByteArray());
    assertThat(header(onlyDeadLetter(), DeadLetters.ERROR)).contains("each carries its resource");
  }

  @Test
  void aTraceIdInUpperCaseIsTheSameTrace() {
    pipeline.send(agent(1, 0, 10).build());
    pipeline.send(
        FeedbackEvent.newBuilder()
            .setFeedbackId("f-1")
            .setKind(FeedbackKind.RATING)
            .setScore(1.0)
            .setOccurredAt(Pipeline.START)
            .setTraceId(Spans.TRACE.toUpperCase(java.util.Locale.ROOT))
            .build());
    pipeline.pass(Duration.ofSeconds(12));
    assertThat(pipeline.traceRecords())
        .extracting(TraceRecord::getFeedbackScore)
        .containsExactly(1.0);
  }

  private static KeyValue text(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }
}

package dev.recount.topology;

import static dev.recount.topology.Spans.agent;
import static dev.recount.topology.Spans.tool;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.List;
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

package dev.recount.topology;

import static dev.recount.topology.Spans.agent;
import static dev.recount.topology.Spans.tool;
import static dev.recount.topology.Spans.with;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.FeedbackRecord;
import dev.recount.schemas.Topic;
import dev.recount.schemas.redaction.Redaction;
import dev.recount.schemas.redaction.RedactionFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing that is to be redacted gets past intake, and what is redacted still joins. */
@SuppressWarnings("NullAway.Init")
class RedactionIntakeTest {
  private static final String EMAIL = "ada@example.com";
  private static final Redaction REDACTION =
      RedactionFile.read(
          "f", "detectors: [all]", "sixteen bytes ok".getBytes(StandardCharsets.UTF_8));

  @TempDir Path stateDirectory;
  private Pipeline pipeline;

  @BeforeEach
  void start() {
    pipeline = new Pipeline(stateDirectory, TopologySettings.defaults(), REDACTION);
  }

  @AfterEach
  void stop() {
    pipeline.close();
  }

  private void sendEverything() {
    pipeline.send(
        agent(1, 0, 1000).setName("for " + EMAIL).build(),
        with(tool(2, 1, "mail", 0, 500), "to", EMAIL).build());
    pipeline.send(
        ContextSnapshot.newBuilder()
            .setSnapshotId("s-1")
            .setTraceId(Spans.TRACE)
            .setSpanId(Spans.spanId(2))
            .setCapturedAt(Pipeline.START)
            .setSegments(List.of(ContextSegment.newBuilder().setContent("from " + EMAIL).build()))
            .build());
    pipeline.send(
        DecisionEvent.newBuilder()
            .setDecisionId("d-1")
            .setTraceId(Spans.TRACE)
            .setSpanId(Spans.spanId(2))
            .setOccurredAt(Pipeline.START)
            .setKind(DecisionKind.TOOL_CALL)
            .setRationale(EMAIL + " asked")
            .build());
    pipeline.send(
        FeedbackEvent.newBuilder()
            .setFeedbackId("f-1")
            .setKind(FeedbackKind.RATING)
            .setScore(1.0)
            .setOccurredAt(Pipeline.START)
            .setToolCallId("call-2")
            .setComment("said " + EMAIL)
            .build());
    pipeline.pass(Duration.ofSeconds(12));
  }

  @Test
  void nothingOfItIsInTheLogOrInAnyOutput() {
    sendEverything();
    List<Topic> written = new ArrayList<>(pipeline.topics.outputs());
    written.add(pipeline.topics.traceEvents());
    int seen = 0;
    for (Topic topic : written) {
      for (TestRecord<byte[], byte[]> record : pipeline.read(topic)) {
        seen++;
        assertThat(new String(record.value(), StandardCharsets.ISO_8859_1))
            .as(topic.name())
            .doesNotContain("ada@")
            .doesNotContain("example.com");
      }
    }
    assertThat(seen).isGreaterThan(8);
  }

  @Test
  void whatIsRedactedStillJoins() {
    sendEverything();
    DecisionRecord decision = pipeline.decisionRecords().get(0);
    assertThat(decision.getRationale()).isEqualTo(REDACTION.anywhere(EMAIL) + " asked");
    FeedbackRecord feedback =
        Pipeline.latest(pipeline.feedbackRecords(), row -> row.getFeedback().getFeedbackId())
            .get(0);
    assertThat(feedback.getDecisionId()).isEqualTo(decision.getDecisionId());
  }

  @Test
  void deadLettersHoldWhatRedactionHasLeft() {
    pipeline.send(
        agent(1, 0, 10).build(),
        tool(2, 1, EMAIL, 0, 5).setTraceId(ByteString.copyFrom(new byte[] {1, 2})).build());
    pipeline.send(
        pipeline.topics.otlpSpans(), ("{\"broken\": \"" + EMAIL).getBytes(StandardCharsets.UTF_8));
    pipeline.send(
        ContextSnapshot.newBuilder()
            .setSnapshotId("s-1")
            .setTraceId("no trace")
            .setCapturedAt(Pipeline.START)
            .setSegments(List.of(ContextSegment.newBuilder().setContent(EMAIL).build()))
            .build());
    List<TestRecord<byte[], byte[]>> letters = pipeline.read(pipeline.topics.deadLetters());
    assertThat(letters).hasSize(3);
    for (TestRecord<byte[], byte[]> letter : letters) {
      String visible = new String(letter.value(), StandardCharsets.ISO_8859_1) + letter.headers();
      assertThat(visible).doesNotContain("ada@");
      letter
          .headers()
          .forEach(
              header ->
                  assertThat(new String(header.value(), StandardCharsets.UTF_8))
                      .doesNotContain("ada@"));
    }
  }
}

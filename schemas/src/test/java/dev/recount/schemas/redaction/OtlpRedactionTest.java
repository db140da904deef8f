package dev.recount.schemas.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.schemas.Contracts;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is redacted of spans, log records and explicit events, and that they still join. */
class OtlpRedactionTest {
  private static final String EMAIL = "ada@example.com";
  private static final long CARD = 4111111111111111L;

  private final Redaction redaction =
      RedactionFile.read(
          "f", "detectors: [all]", "sixteen bytes ok".getBytes(StandardCharsets.UTF_8));
  private final OtlpRedaction otlp = new OtlpRedaction(redaction);
  private final EventRedaction events = new EventRedaction(redaction);
  private final String pseudonym = redaction.text(RedactedField.MESSAGES, EMAIL);

  private static AnyValue text(String text) {
    return AnyValue.newBuilder().setStringValue(text).build();
  }

  private static KeyValue attribute(String key, AnyValue value) {
    return KeyValue.newBuilder().setKey(key).setValue(value).build();
  }

  private static KeyValue attribute(String key) {
    return attribute(key, text("of " + EMAIL));
  }

  private static String print(Message message) {
    return TextFormat.printer().printToString(message);
  }

  @BeforeAll
  static void trust() {
    Contracts.trust();
  }

  @Test
  void everyPlaceOfASpanIsRedactedAndTwiceIsOnce() {
    Span span =
        Span.newBuilder()
            .setTraceId(ByteString.copyFrom(new byte[16]))
            .setName("mail " + EMAIL)
            .setStatus(Status.newBuilder().setMessage("no " + EMAIL))
            .addAttributes(attribute("gen_ai.input.messages"))
            .addAttributes(attribute("card", AnyValue.newBuilder().setIntValue(CARD).build()))
            .addAttributes(attribute("count", AnyValue.newBuilder().setIntValue(17).build()))
            .addAttributes(
                attribute(
                    "list",
                    AnyValue.newBuilder()
                        .setArrayValue(
                            ArrayValue.newBuilder().addValues(text(EMAIL)).addValues(text("b")))
                        .build()))
            .addAttributes(
                attribute(
                    "map",
                    AnyValue.newBuilder()
                        .setKvlistValue(
                            KeyValueList.newBuilder().addValues(attribute("k", text(EMAIL))))
                        .build()))
            .addAttributes(
                attribute(
                    "bytes",
                    AnyValue.newBuilder().setBytesValue(ByteString.copyFromUtf8(EMAIL)).build()))
            .addAttributes(
                attribute(
                    "binary",
                    AnyValue.newBuilder()
                        .setBytesValue(ByteString.copyFrom(new byte[] {(byte) 0xff, 1}))
                        .build()))
            .addEvents(Span.Event.newBuilder().setName("e").addAttributes(attribute("x")))
            .addLinks(Span.Link.newBuilder().addAttributes(attribute("y")))
            .build();
    ResourceSpans sent =
        ResourceSpans.newBuilder()
            .setResource(Resource.newBuilder().addAttributes(attribute("owner")))
            .addScopeSpans(ScopeSpans.newBuilder().addSpans(span))
            .build();

    ResourceSpans redacted = otlp.spans(sent);

    assertThat(print(redacted))
        .contains(pseudonym)
        .doesNotContain("ada@")
        .doesNotContain("4111")
        .contains("int_value: 17");
    assertThat(otlp.spans(redacted)).isEqualTo(redacted);
    Span result = redacted.getScopeSpans(0).getSpans(0);
    assertThat(result.getAttributes(6)).isEqualTo(span.getAttributes(6));
    assertThat(result.getTraceId()).isEqualTo(span.getTraceId());
  }

  @Test
  void everyPlaceOfALogRecordIsRedacted() {
    ResourceLogs sent =
        ResourceLogs.newBuilder()
            .addScopeLogs(
                ScopeLogs.newBuilder()
                    .addLogRecords(
                        LogRecord.newBuilder()
                            .setBody(
                                AnyValue.newBuilder()
                                    .setKvlistValue(
                                        KeyValueList.newBuilder().addValues(attribute("content"))))
                            .addAttributes(attribute("z"))))
            .build();
    ResourceLogs redacted = otlp.logs(sent);
    assertThat(print(redacted)).contains(pseudonym).doesNotContain("ada@");
    assertThat(otlp.logs(redacted)).isEqualTo(redacted);
  }

  @Test
  void aSessionNamedByAnAddressIsFoundByFeedbackOnIt() {
    Span span =
        Span.newBuilder().addAttributes(attribute("gen_ai.conversation.id", text(EMAIL))).build();
    ResourceSpans spans =
        otlp.spans(
            ResourceSpans.newBuilder()
                .addScopeSpans(ScopeSpans.newBuilder().addSpans(span))
                .build());
    FeedbackEvent feedback =
        events.feedback(
            FeedbackEvent.newBuilder()
                .setFeedbackId("f")
                .setKind(FeedbackKind.RATING)
                .setOccurredAt(Instant.EPOCH)
                .setSessionId(EMAIL)
                .setComment("said " + EMAIL)
                .setAttributes(Map.of("user.id", EMAIL))
                .build());
    assertThat(feedback.getSessionId())
        .isEqualTo(spans.getScopeSpans(0).getSpans(0).getAttributes(0).getValue().getStringValue())
        .isEqualTo(pseudonym);
    assertThat(feedback.getComment()).isEqualTo("said " + pseudonym);
    assertThat(feedback.getAttributes()).containsEntry("user.id", pseudonym);
    assertThat(events.feedback(feedback)).isEqualTo(feedback);
  }

  @Test
  void segmentsLoseTheDigestOfWhatTheyNoLongerHold() {
    ContextSnapshot sent =
        ContextSnapshot.newBuilder()
            .setSnapshotId("s")
            .setTraceId("t")
            .setCapturedAt(Instant.EPOCH)
            .setSegments(
                List.of(
                    ContextSegment.newBuilder()
                        .setContent("to " + EMAIL)
                        .setContentSha256("aa")
                        .build(),
                    ContextSegment.newBuilder().setContent("plain").setContentSha256("bb").build()))
            .build();
    ContextSnapshot redacted = events.snapshot(sent);
    assertThat(redacted.getSegments().get(0).getContent()).isEqualTo("to " + pseudonym);
    assertThat(redacted.getSegments().get(0).getContentSha256()).isNull();
    assertThat(redacted.getSegments().get(1)).isEqualTo(sent.getSegments().get(1));
    assertThat(sent.getSegments().get(0).getContent()).contains(EMAIL);
    assertThat(events.snapshot(redacted)).isEqualTo(redacted);
  }

  @Test
  void theReasonsOfADecisionAreRedacted() {
    DecisionEvent sent =
        DecisionEvent.newBuilder()
            .setDecisionId("d")
            .setTraceId("t")
            .setOccurredAt(Instant.EPOCH)
            .setKind(DecisionKind.PLAN)
            .setRationale("because " + EMAIL)
            .setConstraints(List.of("never " + EMAIL))
            .setToolArguments("{\"to\":\"" + EMAIL + "\"}")
            .build();
    DecisionEvent redacted = events.decision(sent);
    assertThat(redacted.getRationale()).isEqualTo("because " + pseudonym);
    assertThat(redacted.getConstraints()).containsExactly("never " + pseudonym);
    assertThat(redacted.getToolArguments()).isEqualTo("{\"to\":\"" + pseudonym + "\"}");
    assertThat(events.decision(redacted)).isEqualTo(redacted);
  }
}

package dev.recount.connectors.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.recount.schemas.content.ContentReference;
import dev.recount.schemas.content.ContentResolver;
import dev.recount.schemas.content.ContentStore;
import dev.recount.schemas.otlp.AnyValues;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ContentLifterTest {
  private static final int THRESHOLD = 16 << 10;

  private final MemoryStore store = new MemoryStore();
  private final ContentLifter lifter = new ContentLifter(new LargeContent(store, THRESHOLD));
  private final ContentResolver resolver = new ContentResolver(store);

  private static final class MemoryStore implements ContentStore {
    final Map<String, byte[]> contents = new HashMap<>();

    @Override
    public void put(ContentReference reference, byte[] content) {
      contents.put(reference.sha256(), content);
    }

    @Override
    public Optional<byte[]> get(ContentReference reference) {
      return Optional.ofNullable(contents.get(reference.sha256()));
    }

    @Override
    public long size(String sha256) {
      byte[] content = contents.get(sha256);
      return content == null ? -1 : content.length;
    }

    @Override
    public boolean remove(String sha256) {
      return contents.remove(sha256) != null;
    }

    @Override
    public Pruned prune(Instant before) {
      throw new AssertionError("Nothing is pruned while content is lifted");
    }
  }

  private Span lift(Span span) {
    return ((ExportTraceServiceRequest) lifter.lift(Signal.TRACES, Requests.traces(List.of(span))))
        .getResourceSpans(0)
        .getScopeSpans(0)
        .getSpans(0);
  }

  private static Span span(AnyValue value) {
    return Requests.span(1, 10).toBuilder()
        .addAttributes(KeyValue.newBuilder().setKey("large").setValue(value))
        .build();
  }

  private static AnyValue text(String text) {
    return AnyValue.newBuilder().setStringValue(text).build();
  }

  private static AnyValue liftedValue(Span span) {
    return span.getAttributes(1).getValue();
  }

  @Test
  void whatIsSmallStaysAsItIs() {
    ExportTraceServiceRequest request = Requests.traces(10, 100);
    assertThat(lifter.lift(Signal.TRACES, request)).isSameAs(request);
    ExportTraceServiceRequest manySmall = Requests.traces(200, 1000);
    assertThat(lifter.lift(Signal.TRACES, manySmall)).isEqualTo(manySmall);
    assertThat(store.contents).isEmpty();
  }

  @Test
  void aLongTextGivesWayToAReferenceThatLeadsBackToIt() {
    String prompt = "é long ".repeat(5000);
    Span lifted = lift(span(text(prompt)));
    String reference = liftedValue(lifted).getStringValue();
    assertThat(ContentReference.parse(reference))
        .hasValueSatisfying(
            parsed -> {
              assertThat(parsed.bytes()).isEqualTo(40_000);
              assertThat(parsed.type()).isEqualTo(ContentReference.TEXT);
            });
    assertThat(resolver.resolve(reference)).isEqualTo(prompt);
    assertThat(lifted.getAttributes(0)).isEqualTo(Requests.span(1, 10).getAttributes(0));
  }

  @Test
  void messagesKeepTheirFormWhenLongContentsAreEnough() {
    String messages =
        "[{\"role\":\"user\",\"content\":\""
            + "long \\n".repeat(9000)
            + "\"},"
            + "{\"role\":\"assistant\", \"tool_calls\":[{\"id\":\"call-1\",\"n\":1.0}]}]";
    String lifted = liftedValue(lift(span(text(messages)))).getStringValue();
    assertThat(lifted)
        .startsWith("[{\"role\":\"user\",\"content\":\"recount:content/sha256/")
        .endsWith("{\"role\":\"assistant\", \"tool_calls\":[{\"id\":\"call-1\",\"n\":1.0}]}]");
    assertThat(lifted.length()).isLessThan(300);
    assertThat(resolver.resolve(lifted)).isEqualTo(messages);
  }

  @Test
  void messagesThatAreManyAndShortGoAsAWholeAndNothingElseIsKept() {
    String messages = "[" + "{\"role\":\"user\"},".repeat(2000) + "\"" + "x".repeat(5000) + "\"]";
    String lifted = liftedValue(lift(span(text(messages)))).getStringValue();
    assertThat(ContentReference.parse(lifted).orElseThrow().type())
        .isEqualTo(ContentReference.JSON);
    assertThat(resolver.resolve(lifted)).isEqualTo(messages);
    assertThat(store.contents).hasSize(1);
  }

  @Test
  void structuredValuesAndBytesAreLiftedLikewise() {
    AnyValue structure =
        AnyValue.newBuilder()
            .setKvlistValue(
                KeyValueList.newBuilder()
                    .addValues(Requests.attribute("role", "user"))
                    .addValues(Requests.attribute("content", "y".repeat(50_000))))
            .build();
    AnyValue lifted = liftedValue(lift(span(structure)));
    assertThat(lifted.getKvlistValue().getValues(0))
        .isEqualTo(structure.getKvlistValue().getValues(0));
    assertThat(resolver.resolve(AnyValues.json(lifted))).isEqualTo(AnyValues.json(structure));

    AnyValue bytes =
        AnyValue.newBuilder().setBytesValue(ByteString.copyFrom(new byte[20_000])).build();
    ContentReference reference =
        ContentReference.parse(liftedValue(lift(span(bytes))).getStringValue()).orElseThrow();
    assertThat(reference.type()).isEqualTo(ContentReference.BINARY);
    assertThat(store.get(reference)).hasValueSatisfying(kept -> assertThat(kept).hasSize(20_000));
  }

  @Test
  void bodiesOfLogRecordsEventsAndResourcesAreLifted() {
    String large = "z".repeat(40_000);
    ExportLogsServiceRequest logs =
        (ExportLogsServiceRequest)
            lifter.lift(
                Signal.LOGS, Requests.logs(LogRecord.newBuilder().setBody(text(large)).build()));
    assertThat(logs.getResourceLogs(0).getScopeLogs(0).getLogRecords(0).getBody().getStringValue())
        .startsWith("recount:content/");
    Span lifted =
        lift(
            Requests.span(1, 1).toBuilder()
                .addEvents(Span.Event.newBuilder().addAttributes(Requests.attribute("e", large)))
                .build());
    assertThat(lifted.getEvents(0).getAttributes(0).getValue().getStringValue())
        .startsWith("recount:content/");
    ExportTraceServiceRequest.Builder request = Requests.traces(2, 10).toBuilder();
    request
        .getResourceSpansBuilder(0)
        .setResource(Resource.newBuilder().addAttributes(Requests.attribute("r", large)));
    ExportTraceServiceRequest withResource =
        (ExportTraceServiceRequest) lifter.lift(Signal.TRACES, request.build());
    assertThat(
            withResource
                .getResourceSpans(0)
                .getResource()
                .getAttributes(0)
                .getValue()
                .getStringValue())
        .startsWith("recount:content/");
    assertThat(store.contents).hasSize(1);
  }

  /** Each value is under the threshold; together they are over a record's limit. */
  @Test
  void aSpanOfManyValuesIsLiftedUntilItFits() {
    List<KeyValue> values = new ArrayList<>();
    for (int i = 0; i < 1500; i++) {
      values.add(Requests.attribute("a" + i, i + "w".repeat(15_000)));
    }
    Span sent = Requests.span(1, 1).toBuilder().addAllAttributes(values).build();
    assertThat(sent.getSerializedSize()).isGreaterThan(Admitter.MAXIMUM_BYTES);
    Span lifted = lift(sent);
    Admission admission = Admitter.admit(Signal.TRACES, Requests.traces(List.of(lifted)), null);
    assertThat(admission.accepted()).isEqualTo(1);
    for (int i = 0; i < 1500; i++) {
      assertThat(resolver.resolve(lifted.getAttributes(i + 1).getValue().getStringValue()))
          .isEqualTo(values.get(i).getValue().getStringValue());
    }
  }
}

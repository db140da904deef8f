package dev.recount.topology;

import static dev.recount.topology.Spans.TRACE;
import static dev.recount.topology.Spans.agent;
import static dev.recount.topology.Spans.chat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.SnapshotContent;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.LogsData;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log record is one, however often and with whatever others it is exported. */
@SuppressWarnings("NullAway.Init")
class LogRecordsTest {
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

  private static AnyValue text(String value) {
    return AnyValue.newBuilder().setStringValue(value).build();
  }

  /** All of one instant, as a clock of few digits tells it. */
  private static LogRecord.Builder says(String message) {
    KeyValue content = KeyValue.newBuilder().setKey("content").setValue(text(message)).build();
    return LogRecord.newBuilder()
        .setTraceId(Pipeline.id(TRACE))
        .setSpanId(Pipeline.id(Spans.spanId(2)))
        .setTimeUnixNano(Spans.nano(100))
        .setEventName("gen_ai.user.message")
        .setBody(
            AnyValue.newBuilder().setKvlistValue(KeyValueList.newBuilder().addValues(content)));
  }

  private void export(LogRecord.Builder... records) {
    ScopeLogs.Builder logs = ScopeLogs.newBuilder();
    for (LogRecord.Builder record : records) {
      logs.addLogRecords(record);
    }
    pipeline.send(
        pipeline.topics.otlpLogs(),
        LogsData.newBuilder()
            .addResourceLogs(ResourceLogs.newBuilder().addScopeLogs(logs))
            .build()
            .toByteArray());
  }

  private long identities() {
    return pipeline.read(pipeline.topics.traceEvents(), pipeline.codecs.traceEvents()).stream()
        .filter(event -> event.getKind() == TraceEventKind.LOG_RECORD)
        .map(TraceEvent::getIdentity)
        .distinct()
        .count();
  }

  /** What the model was shown, by the bodies in the order of its window. */
  private List<String> shown() {
    pipeline.send(agent(1, 0, 1000).build(), chat(2, 1, 100, 400).build());
    pipeline.pass(Duration.ofSeconds(12));
    List<SnapshotRecord> windows =
        Pipeline.latest(pipeline.snapshotRecords(), SnapshotRecord::getSnapshotId);
    List<String> bodies =
        pipeline
            .read(pipeline.topics.snapshotContents(), pipeline.codecs.snapshotContents())
            .stream()
            .flatMap(record -> record.getContents().stream())
            .map(SnapshotContent::getContent)
            .toList();
    return windows.get(0).getSegments().stream()
        .map(
            segment ->
                bodies.stream()
                    .filter(body -> Sha256.hexOf(body).equals(segment.getContentSha256()))
                    .findFirst()
                    .orElseThrow())
        .map(body -> body.replaceAll(".*\"content\":\"([^\"]*)\".*", "$1"))
        .toList();
  }

  @Test
  void exportedAgainItIsTheSame() {
    export(says("yes"), says("no"));
    export(says("yes"), says("no"));
    assertThat(shown()).containsExactly("yes", "no");
  }

  @Test
  void exportedWithOthersItIsTheSame() {
    export(says("no"));
    export(says("yes"), says("no"));
    export(says("yes"));
    assertThat(shown()).containsExactly("yes", "no");
  }

  @Test
  void ofAnotherTimeItIsAnother() {
    export(
        says("yes"),
        says("yes").setObservedTimeUnixNano(Spans.nano(101)),
        says("yes").setTimeUnixNano(Spans.nano(102)));
    export(says("yes").setObservedTimeUnixNano(Spans.nano(101)));
    assertThat(identities()).isEqualTo(3);
  }

  @Test
  void ofAnotherTypeItIsAnother() {
    LogRecord.Builder number = says("");
    number.setBody(AnyValue.newBuilder().setIntValue(1));
    LogRecord.Builder digit = says("");
    digit.setBody(text("1"));
    LogRecord.Builder attributed = says("");
    attributed
        .setBody(text("1"))
        .addAttributes(KeyValue.newBuilder().setKey("a").setValue(text("1")));
    export(number, digit, attributed);
    export(digit);
    assertThat(identities()).isEqualTo(3);
  }

  @Test
  void theTimeOfItsObservationTellsTheOrder() {
    export(says("second").setObservedTimeUnixNano(Spans.nano(102)));
    export(says("first").setObservedTimeUnixNano(Spans.nano(101)));
    assertThat(shown()).containsExactly("first", "second");
  }
}

package dev.recount.sinks.clickhouse.tables;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.schemas.DeadLetters;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;

class DeadLetterTest {
  private static final byte[] VALUE = {0, 1, (byte) 0xff};

  private static SinkRecord record(Map<String, String> headers) {
    ConnectHeaders connectHeaders = new ConnectHeaders();
    headers.forEach(
        (name, value) -> connectHeaders.addBytes(name, value.getBytes(StandardCharsets.UTF_8)));
    return new SinkRecord(
        "dead-letters",
        2,
        null,
        null,
        null,
        VALUE,
        11,
        1_767_225_600_123L,
        TimestampType.CREATE_TIME,
        connectHeaders);
  }

  @Test
  void whatThePipelineRefusedSaysSoInItsHeaders() {
    RecordHeaders described = new RecordHeaders();
    DeadLetters.describe(
        described,
        new DeadLetters.Origin("otlp_spans", 4, 99, 1_767_225_600_000L),
        "intake",
        "span 3: no trace ID");
    ConnectHeaders headers = new ConnectHeaders();
    described.forEach(header -> headers.addBytes(header.key(), header.value()));
    DeadLetter letter =
        DeadLetter.of(
            new SinkRecord(
                "dead-letters",
                2,
                null,
                null,
                null,
                VALUE,
                11,
                0L,
                TimestampType.CREATE_TIME,
                headers));
    assertThat(letter.topic()).isEqualTo("otlp_spans");
    assertThat(letter.partition()).isEqualTo(4);
    assertThat(letter.offset()).isEqualTo(99);
    assertThat(letter.timestamp()).isEqualTo(1_767_225_600_000L);
    assertThat(letter.stage()).isEqualTo("intake");
    assertThat(letter.error()).isEqualTo("span 3: no trace ID");
    assertThat(letter.key()).isEmpty();
    assertThat(letter.value()).isEqualTo(VALUE);
  }

  @Test
  void whatConnectRefusedIsUnderstood() {
    DeadLetter letter =
        DeadLetter.of(
            record(
                Map.of(
                    "__connect.errors.topic", "alerts",
                    "__connect.errors.partition", "1",
                    "__connect.errors.offset", "5",
                    "__connect.errors.stage", "TASK_PUT",
                    "__connect.errors.exception.class.name", "SomeException",
                    "__connect.errors.exception.message", "Not an Alert")));
    assertThat(letter.topic()).isEqualTo("alerts");
    assertThat(letter.partition()).isEqualTo(1);
    assertThat(letter.offset()).isEqualTo(5);
    assertThat(letter.stage()).isEqualTo("sink");
    assertThat(letter.error()).isEqualTo("Not an Alert");
    assertThat(letter.timestamp()).isEqualTo(1_767_225_600_123L);
    assertThat(letter.headers()).containsEntry("__connect.errors.stage", "TASK_PUT");
  }

  @Test
  void whatStreamsRefusedIsUnderstood() {
    DeadLetter letter =
        DeadLetter.of(
            record(
                Map.of(
                    "__streams.errors.topic", "trace-events",
                    "__streams.errors.partition", "0",
                    "__streams.errors.offset", "8",
                    "__streams.errors.exception", "java.lang.IllegalStateException")));
    assertThat(letter.topic()).isEqualTo("trace-events");
    assertThat(letter.offset()).isEqualTo(8);
    assertThat(letter.stage()).isEqualTo("streams");
    assertThat(letter.error()).isEqualTo("java.lang.IllegalStateException");
  }

  @Test
  void anyRecordAtAllCanBeRead() {
    DeadLetter letter = DeadLetter.of(record(Map.of(DeadLetters.OFFSET, "not a number")));
    assertThat(letter.topic()).isEqualTo("dead-letters");
    assertThat(letter.partition()).isEqualTo(2);
    assertThat(letter.offset()).isEqualTo(11);
    assertThat(letter.stage()).isEmpty();
    assertThat(letter.error()).isEmpty();
  }
}

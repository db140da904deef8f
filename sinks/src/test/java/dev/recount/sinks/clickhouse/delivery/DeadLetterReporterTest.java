package dev.recount.sinks.clickhouse.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;

class DeadLetterReporterTest {
  private static final String DEAD_LETTERS = "staging.dead-letters";
  private final List<SinkRecord> reported = new ArrayList<>();
  private final Rejections rejections =
      new DeadLetterReporter(
          (record, error) -> {
            reported.add(record);
            return CompletableFuture.completedFuture(null);
          },
          DEAD_LETTERS);

  private static SinkRecord record(String topic) {
    return new SinkRecord(topic, 3, null, null, null, new byte[] {1}, 17);
  }

  @Test
  void aRejectedRecordIsReportedToConnect() {
    SinkRecord bad = record("staging.alerts");
    rejections.reject(bad, new IllegalArgumentException("not an alert"));
    assertThat(reported).containsExactly(bad);
  }

  @Test
  void aRejectedDeadLetterIsNotReportedAgain() {
    rejections.reject(record(DEAD_LETTERS), new IllegalArgumentException("no"));
    assertThat(reported).isEmpty();
  }

  @Test
  void withoutAReporterTheTaskStopsAndSaysWhere() {
    Rejections none = new DeadLetterReporter(null, DEAD_LETTERS);
    assertThatThrownBy(() -> none.reject(record("alerts"), new IllegalArgumentException("no")))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("topic alerts, partition 3, offset 17")
        .hasMessageContaining("errors.deadletterqueue.topic.name");
  }

  @Test
  void aReportThatDoesNotSucceedStopsTheTask() {
    Rejections failing =
        new DeadLetterReporter(
            (record, error) -> CompletableFuture.failedFuture(new IllegalStateException("full")),
            DEAD_LETTERS);
    assertThatThrownBy(() -> failing.reject(record("alerts"), new IllegalArgumentException("no")))
        .isInstanceOf(ConnectException.class)
        .hasRootCauseMessage("full");
  }
}

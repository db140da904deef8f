package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.FeedbackLink;
import dev.recount.avro.FeedbackMatch;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Feedback whose trace never comes is reported once, and stops nothing else. */
class UnmatchedTest extends AssemblerTestBase {
  private static final long WAIT = 20 * 60_000;

  private long records(String feedback) {
    return harness.written.stream()
        .filter(record -> record.startsWith("unmatched-feedback-sink " + feedback + " "))
        .count();
  }

  @Test
  void itIsReportedOnceForEachChange() {
    harness = with("state.retention.ms", "86400000");
    feedback("f", 0, f -> f.setTraceId(T1));
    harness.pass(WAIT);
    assertThat(records("f")).isEqualTo(1);
    feedback("g", 0, f -> f.setTraceId(T1));
    harness.pass(WAIT);
    assertThat(records("f")).isEqualTo(1);
    assertThat(records("g")).isEqualTo(1);
    feedback("f", 1, f -> f.setTraceId(T1));
    harness.pass(WAIT);
    assertThat(records("f")).isEqualTo(2);
    assertThat(records("g")).isEqualTo(1);
    run();
    harness.pass(30_000);
    assertThat(feedbackRow("f").getMatch()).isEqualTo(FeedbackMatch.TRACE);
    assertThat(feedbackRow("g").getMatch()).isEqualTo(FeedbackMatch.TRACE);
  }

  @Test
  void oneThatCannotBeReadStopsNobody() {
    FeedbackLink link = new FeedbackLink();
    link.setFeedback(
        FeedbackEvent.newBuilder()
            .setFeedbackId("broken")
            .setKind(FeedbackKind.RATING)
            .setComment("x".repeat(100))
            .setOccurredAt(Instant.ofEpochMilli(START))
            .build());
    link.setFeedbackKeyTime(Instant.ofEpochMilli(START));
    TraceEvent event = new TraceEvent();
    event.setKind(TraceEventKind.LINK);
    event.setIdentity("broken");
    event.setPayload(link);
    byte[] whole = AssemblerHarness.CODECS.traceEvents().encode(event);
    harness.append(T1, Arrays.copyOf(whole, whole.length - 60));
    feedback("f", 0, f -> f.setTraceId(T2));
    harness.pass(WAIT);
    harness.pass(RETENTION);
    assertThat(records("f")).isEqualTo(1);
    assertThat(harness.written)
        .anyMatch(record -> record.startsWith("assembly-dead-letters-sink " + T1));
  }
}

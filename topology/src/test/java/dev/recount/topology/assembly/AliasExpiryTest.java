package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.AliasAnnouncement;
import dev.recount.avro.AliasKind;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.FeedbackMatch;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.topology.AliasKeys;
import dev.recount.topology.FeedbackKeys;
import dev.recount.topology.TopologySettings;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Aliases cost one state each for twice the state retention, and nothing after it. */
class AliasExpiryTest {
  private static final long RETENTION = 60_000;

  private final AssemblerHarness harness =
      new AssemblerHarness(
          TopologySettings.fromMap(Map.of("state.retention.ms", Long.toString(RETENTION))),
          TelemetryPlan.START);

  private void announce(String response, int trace) {
    String traceId = TelemetryPlan.traceId(trace);
    TraceEvent event = new TraceEvent();
    event.setKind(TraceEventKind.ALIAS);
    event.setIdentity(traceId);
    event.setPayload(new AliasAnnouncement(AliasKind.RESPONSE_ID, response, traceId, null));
    harness.append(AliasKeys.of(AliasKind.RESPONSE_ID, response), event);
  }

  private void judge(String id, String response) {
    TraceEvent event = new TraceEvent();
    event.setKind(TraceEventKind.FEEDBACK);
    event.setIdentity(id);
    event.setPayload(
        FeedbackEvent.newBuilder()
            .setFeedbackId(id)
            .setKind(FeedbackKind.RATING)
            .setResponseId(response)
            .setOccurredAt(Instant.ofEpochMilli(TelemetryPlan.START))
            .build());
    harness.append(FeedbackKeys.of(id), event);
  }

  private FeedbackRecord row(String id) {
    return (FeedbackRecord) Objects.requireNonNull(harness.rows.get("feedback " + id));
  }

  @Test
  void anAliasThatNoFeedbackNamesNeedsNoTimer() {
    announce("response", 1);
    assertThat(harness.stored(Stores.TIMERS, "alias:")).isZero();
    assertThat(harness.stored(Stores.LINKS, "alias:")).isEqualTo(1);
  }

  @Test
  void expiredAliasesAreSweptAwayByThoseThatCome() {
    for (int i = 0; i < 1_000; i++) {
      announce("old-" + i, 1);
    }
    harness.pass(2 * RETENTION + 1_000);
    for (int i = 0; i < 1_000; i++) {
      announce("new-" + i, 2);
    }
    assertThat(harness.stored(Stores.LINKS, "alias:response_id:old")).isLessThan(100);
    assertThat(harness.stored(Stores.LINKS, "alias:response_id:new")).isEqualTo(1_000);
  }

  @Test
  void anExpiredAliasIsForgottenWhetherOrNotItHasBeenSweptAway() {
    announce("response", 1);
    harness.pass(2 * RETENTION + 1_000);
    announce("response", 2);
    judge("f-1", "response");
    harness.pass(5_000);
    // Of two traces it would be ambiguous; the feedback went to the second and waits for its spans.
    assertThat(harness.stored(Stores.HEADERS, TelemetryPlan.traceId(2))).isEqualTo(1);
    assertThat(harness.stored(Stores.HEADERS, TelemetryPlan.traceId(1))).isZero();
    assertThat(harness.rows).doesNotContainKey("feedback f-1");
  }

  @Test
  void feedbackThatWaitsIsReportedEvenIfTheRetentionIsShorterThanTheWait() {
    judge("f-1", "of nobody");
    harness.pass(RETENTION + 1_000);
    assertThat(row("f-1").getMatch()).isEqualTo(FeedbackMatch.NONE);
    assertThat(row("f-1").getReason()).isEqualTo("trace_never_came");
  }
}

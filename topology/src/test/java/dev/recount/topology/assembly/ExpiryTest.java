package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.AliasKind;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.FeedbackMatch;
import dev.recount.avro.TraceEventKind;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What an expired trace still knows, and what giving it up costs. */
class ExpiryTest extends AssemblerTestBase {
  private void expire() {
    harness.pass(30_000);
    harness.pass(RETENTION + 10_000);
    assertThat(harness.stored(Stores.ENTRIES, T1)).isZero();
  }

  private void decide(String id, long at, String rationale, double confidence) {
    DecisionEvent decision =
        DecisionEvent.newBuilder()
            .setDecisionId(id)
            .setTraceId(T1)
            .setOccurredAt(Instant.ofEpochMilli(START + at))
            .setKind(DecisionKind.PLAN)
            .setRationale(rationale)
            .setConfidence(confidence)
            .build();
    event(T1, TraceEventKind.DECISION, id, (START + at) * 1_000_000, 0, decision);
  }

  private DecisionRecord decision(String id) {
    return (DecisionRecord) Objects.requireNonNull(harness.rows.get("decision " + T1 + " " + id));
  }

  @Test
  void aSpanThatIsSentOnceMoreIsNotLate() {
    run();
    span(T1, 2, 1, false);
    expire();
    span(T1, 2, 1, false);
    span(T1, 3, 1, false);
    harness.pass(30_000);
    assertThat(trace(T1).getLateSpanCount()).isEqualTo(1);
    assertThat(trace(T1).getSpanCount()).isEqualTo(3);
    assertThat(harness.releases.get(T1 + " " + TelemetryPlan.spanId(2))).isEqualTo(1);
    // Nor after the second expiry, of which the late one is a part.
    expire();
    span(T1, 2, 1, false);
    span(T1, 3, 1, false);
    harness.pass(30_000);
    assertThat(trace(T1).getLateSpanCount()).isEqualTo(1);
  }

  @Test
  void anEarlierEditionOfASpanDoesNotTakeThePlaceOfALaterOne() {
    run();
    spanOfLength(T1, 2, 1, 50);
    expire();
    String retained = harness.spans.get(T1 + " " + TelemetryPlan.spanId(2));
    spanOfLength(T1, 2, 1, 10);
    harness.pass(30_000);
    assertThat(harness.spans.get(T1 + " " + TelemetryPlan.spanId(2))).isEqualTo(retained);
    spanOfLength(T1, 2, 1, 90);
    harness.pass(30_000);
    assertThat(harness.spans.get(T1 + " " + TelemetryPlan.spanId(2))).isNotEqualTo(retained);
    assertThat(trace(T1).getLateSpanCount()).isZero();
  }

  @Test
  void anEditOfAnExplicitDecisionAmendsItsRow() {
    run();
    decide("d", 5, "first thought", 0.9);
    expire();
    assertThat(trace(T1).getFlags()).doesNotContain("low_confidence");
    decide("d", 6, "second thought", 0.1);
    decide("d", 4, "earlier thought", 0.5);
    harness.pass(30_000);
    assertThat(decision("d").getRationale()).isEqualTo("second thought");
    assertThat(decision("d").getConfidence()).isEqualTo(0.1);
    assertThat(decision("d").getStartedAt()).isEqualTo(Instant.ofEpochMilli(START + 6));
    assertThat(decision("d").getFlags()).contains("low_confidence");
    assertThat(trace(T1).getFlags()).contains("low_confidence");
    assertThat(trace(T1).getDecisionCount()).isEqualTo(1);
    // The anchor that is left the second time has the edit too.
    expire();
    feedback("f", 7, f -> f.setTraceId(T1));
    harness.pass(30_000);
    assertThat(decision("d").getRationale()).isEqualTo("second thought");
  }

  @Test
  void whatIsLeftOfALargeTraceIsDeletedBitByBitWhenItComesBack() {
    run();
    for (int id = 2; id <= 12_000; id++) {
      span(T1, id, 1, false);
    }
    harness.pass(30_000);
    harness.jump(RETENTION + 1_000);
    harness.pass(1_000);
    long left = harness.stored(Stores.ENTRIES, T1);
    assertThat(left).as("deleted with one record").isEqualTo(7_000);
    span(T1, 20_000, 1, false);
    assertThat(harness.stored(Stores.ENTRIES, T1)).isEqualTo(left - 5_000 + 1);
    harness.pass(10_000);
    assertThat(harness.stored(Stores.ENTRIES, T1)).isEqualTo(1);
    assertThat(trace(T1).getSpanCount()).isEqualTo(12_001);
    assertThat(trace(T1).getLateSpanCount()).isEqualTo(1);
  }

  @Test
  void manyTracesThatExpireAtOnceAreDeletedBitByBit() {
    for (int trace = 1; trace <= 150; trace++) {
      for (int id = 1; id <= 100; id++) {
        span(TelemetryPlan.traceId(trace), id, id - 1, false);
      }
    }
    harness.pass(30_000);
    harness.jump(RETENTION + 1_000);
    harness.pass(1_000);
    assertThat(harness.stored(Stores.ENTRIES, "")).isEqualTo(10_000);
    harness.pass(5_000);
    assertThat(harness.stored(Stores.ENTRIES, "")).isZero();
    assertThat(harness.stored(Stores.TIMERS, "purge:")).isZero();
  }

  @Test
  void anEditOfASnapshotChangesItsRow() {
    run();
    snapshot(T1, "s1", "");
    expire();
    String before = snapshotRow("s1").toString();
    snapshot(T1, "s1", "");
    harness.pass(30_000);
    assertThat(snapshotRow("s1").toString()).isEqualTo(before);
    snapshot(T1, "s1", 6, "");
    snapshot(T1, "s1", 4, "");
    harness.pass(30_000);
    assertThat(snapshotRow("s1").getCapturedAt()).isEqualTo(Instant.ofEpochMilli(START + 6));
  }

  /**
   * Feedback on a trace that never came is deleted bit by bit too, and nothing of it comes back.
   */
  @Test
  void aTraceThatComesWhileOldFeedbackOnItIsDeletedStartsAnew() {
    for (int i = 0; i < 12_000; i++) {
      feedback("f" + i, 0, f -> f.setTraceId(T1));
    }
    harness.jump(RETENTION + 1_000);
    harness.pass(1_000);
    assertThat(harness.stored(Stores.ENTRIES, T1)).isPositive();
    run();
    harness.pass(60_000);
    assertThat(trace(T1).getFeedback()).isEmpty();
    assertThat(harness.stored(Stores.ENTRIES, T1)).isEqualTo(1);
    feedback("g", 0, f -> f.setTraceId(T1));
    harness.pass(30_000);
    assertThat(trace(T1).getFeedback()).hasSize(1);
  }

  @Test
  void anAliasIsKnownForAsLongAsItsTraceLives() {
    run();
    span(T1, 2, 1, false, "gen_ai.operation.name", "chat", "gen_ai.response.id", "r1");
    announce(AliasKind.RESPONSE_ID, "r1", T1);
    for (int id = 3; id < 30; id++) {
      span(T1, id, 1, false);
      harness.pass(RETENTION - 20_000);
    }
    feedback("f", 0, f -> f.setResponseId("r1"));
    harness.pass(10_000);
    assertThat(feedbackRow("f").getMatch()).isEqualTo(FeedbackMatch.RESPONSE_ID);
    assertThat(trace(T1).getEscalated()).isTrue();
  }

  @Test
  void anAliasIsForgottenSomeTimeAfterItsTrace() {
    run();
    announce(AliasKind.RESPONSE_ID, "r1", T1);
    assertThat(harness.stored(Stores.LINKS, "alias:response_id:r1")).isEqualTo(1);
    harness.pass(3 * RETENTION);
    for (int i = 0; i < 1_000; i++) {
      announce(AliasKind.RESPONSE_ID, "other-" + i, T2);
    }
    assertThat(harness.stored(Stores.LINKS, "alias:response_id:r1")).isZero();
    feedback("g", 0, f -> f.setResponseId("r1"));
    harness.pass(30 * 60_000);
    assertThat(feedbackRow("g").getReason()).isEqualTo("trace_never_came");
  }

  /** What is known of feedback by itself may have been forgotten before the anchor is. */
  @Test
  void feedbackThatIsEditedForAsLongAsThereIsAnAnchorStaysOneRow() {
    harness = with("anchor.retention.ms", "300000");
    run();
    feedback("moved", 500, f -> f.setTraceId(T2));
    feedback("moved", 501, f -> f.setTraceId(T1));
    feedback("stays", 500, f -> f.setTraceId(T1));
    harness.pass(200_000);
    // Other feedback renews the anchor.
    feedback("other", 600, f -> f.setTraceId(T1));
    harness.pass(200_000);
    for (String id : List.of("moved", "stays")) {
      feedback(id, 700, f -> f.setTraceId(T1));
      feedback(
          id,
          701,
          f -> {
            f.setTraceId(T1);
            f.setLabel("edited");
          });
    }
    harness.pass(30_000);
    assertThat(trace(T1).getFeedback())
        .filteredOn(given -> "edited".equals(given.getLabel()))
        .hasSize(2);
    assertThat(feedbackRow("moved").getFeedback().getLabel()).isEqualTo("edited");
    assertThat(feedbackRow("stays").getFeedback().getLabel()).isEqualTo("edited");
    harness.keyTimes.forEach((row, times) -> assertThat(times).as(row).hasSize(1));
  }

  @Test
  void whatOneRecordAmendsIsLimitedByTheSizeOfItsAnchorsToo() {
    int size = 3_000;
    int traces = 30;
    for (int trace = 1; trace <= traces; trace++) {
      large(TelemetryPlan.traceId(trace), size);
    }
    expire();
    for (int trace = 1; trace <= traces; trace++) {
      span(TelemetryPlan.traceId(trace), size + 1, 1, false);
    }
    int before = harness.written.size();
    harness.jump(5_000);
    harness.tick();
    assertThat(amended(before)).isEqualTo(50_000 / size + 1);
  }

  @Test
  void aLargeTraceRestsAfterAnEmissionWhetherItHasExpiredOrNot() {
    large(T1, 10_000);
    expire();
    int before = harness.written.size();
    for (int late = 0; late < 30; late++) {
      span(T1, 20_000 + late, 1, false);
      harness.pass(2_000);
    }
    assertThat(amended(before)).as("each 5 s at most").isBetween(2L, 12L);
  }

  private void large(String trace, int spans) {
    span(trace, 1, 0, false, "gen_ai.operation.name", "invoke_agent");
    for (int id = 2; id <= spans; id++) {
      span(trace, id, 1, false, "gen_ai.operation.name", "execute_tool", "gen_ai.tool.name", "t");
    }
  }

  private long amended(int from) {
    return harness.written.subList(from, harness.written.size()).stream()
        .filter(record -> record.startsWith("trace-records"))
        .count();
  }

  @Test
  void aSnapshotOfTheFarFutureFollowsTheLastSpanOfItsAgent() {
    span(T1, 1, 0, false, "gen_ai.operation.name", "invoke_agent", "gen_ai.agent.name", "a");
    snapshot(T1, "s", Instant.parse("2300-01-01T00:00:00Z").toEpochMilli() - START, "a");
    harness.pass(30_000);
    assertThat(snapshotRow("s").getSpanId()).isEqualTo(TelemetryPlan.spanId(1));
  }
}

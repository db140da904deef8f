package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.AliasKind;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.FeedbackMatch;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.Span;
import dev.recount.avro.SpanKind;
import dev.recount.avro.StatusCode;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What seldom happens: storms of errors, feedback after expiry, events that cannot be read. */
class RareEventsTest extends AssemblerTestBase {
  private void chatNamingSnapshot() {
    span(
        T1,
        3,
        1,
        false,
        "gen_ai.operation.name",
        "chat",
        "recount.context.snapshot_id",
        "s1",
        "gen_ai.input.messages",
        "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"hello\"}]}]");
  }

  /** A sent snapshot whose agent's name the span lacks, and the one derived under the same ID. */
  @Test
  void aSnapshotThatIsSentUnderTheIdOfADerivedOneHolds() {
    run();
    chatNamingSnapshot();
    snapshot(T1, "s1", "support");
    harness.pass(30_000);
    SnapshotRecord once = snapshotRow("s1");
    long written = harness.written.stream().filter(w -> w.startsWith("snapshot-records")).count();
    // The same events, one of them later, so that there are two emissions.
    harness = with();
    run();
    chatNamingSnapshot();
    snapshot(T1, "s1", "support");
    harness.pass(30_000);
    span(T1, 9, 1, false);
    harness.pass(30_000);
    span(T1, 10, 1, false);
    harness.pass(30_000);
    SnapshotRecord later = snapshotRow("s1");
    assertThat(later.getTokenLimit()).isEqualTo(once.getTokenLimit());
    assertThat(later.getDerived()).isEqualTo(once.getDerived());
    assertThat(written).as("records of one snapshot, %s", once).isEqualTo(1);
  }

  @Test
  void feedbackIsReportedEvenIfItsWaitIsLongerThanTheRetention() {
    feedback("f", 0, f -> f.setTraceId(T1));
    harness.pass(RETENTION + 20 * 60_000);
    assertThat(harness.rows).containsKey("feedback f");
  }

  @Test
  void feedbackIsReportedWhenNothingRanForLongerThanTheRetention() {
    harness = with("feedback.wait.ms", "10000");
    feedback("f", 0, f -> f.setTraceId(T1));
    harness.jump(RETENTION + 1_000);
    harness.restart();
    harness.pass(RETENTION + 20 * 60_000);
    assertThat(harness.rows).containsKey("feedback f");
  }

  @Test
  void aDuplicateOfASnapshotAfterExpiryChangesNothing() {
    run();
    chatNamingSnapshot();
    snapshot(T1, "s1", "");
    harness.pass(30_000);
    String before = snapshotRow("s1").toString();
    assertThat(snapshotRow("s1").getSpanId()).isNotNull();
    harness.pass(RETENTION + 10_000);
    snapshot(T1, "s1", "");
    harness.pass(30_000);
    assertThat(snapshotRow("s1").toString()).isEqualTo(before);
  }

  @Test
  void anEditOfAliasFeedbackAfterExpiryReachesTheTrace() {
    run();
    announce(AliasKind.RESPONSE_ID, "r1", T1);
    feedback("f", 0, f -> f.setResponseId("r1"));
    harness.pass(30_000);
    assertThat(feedbackRow("f").getMatch()).isEqualTo(FeedbackMatch.RESPONSE_ID);
    assertThat(trace(T1).getEscalated()).isTrue();
    harness.pass(RETENTION + 10_000);
    feedback(
        "f",
        1,
        f -> {
          f.setResponseId("r1");
          f.setKind(FeedbackKind.RATING);
        });
    harness.pass(RETENTION + 20 * 60_000);
    boolean onTrace = !trace(T1).getFeedback().isEmpty();
    boolean rowSaysTrace = feedbackRow("f").getMatch() != FeedbackMatch.NONE;
    assertThat(rowSaysTrace).as("row and trace agree").isEqualTo(onTrace);
  }

  @Test
  void aliasFeedbackMovesToAnotherTraceAfterExpiryToo() {
    run();
    span(T2, 1, 0, false, "gen_ai.operation.name", "invoke_agent");
    announce(AliasKind.RESPONSE_ID, "r1", T1);
    feedback("f", 0, f -> f.setResponseId("r1"));
    harness.pass(30_000);
    assertThat(trace(T1).getEscalated()).isTrue();
    harness.pass(RETENTION + 10_000);
    feedback("f", 1, f -> f.setTraceId(T2));
    harness.pass(60_000);
    assertThat(trace(T2).getEscalated()).isTrue();
    assertThat(trace(T1).getEscalated()).as("moved away").isFalse();
  }

  /** The trace lives on, so nothing has expired but the memory of the alias. */
  @Test
  void anAnchorIsKeptForItsRetentionFromTheLastExpiry() {
    long anchor = 10 * RETENTION;
    harness = with("anchor.retention.ms", Long.toString(anchor));
    run();
    harness.pass(RETENTION + 30_000);
    // Late feedback near the end of the anchor's retention: the anchor is written anew.
    harness.pass(anchor - 2 * RETENTION);
    feedback("f", 0, f -> f.setTraceId(T1));
    harness.pass(3 * RETENTION + 60_000);
    feedback("g", 0, f -> f.setTraceId(T1));
    harness.pass(20 * 60_000);
    assertThat(feedbackRow("g").getMatch()).isEqualTo(FeedbackMatch.TRACE);
  }

  /** An event whose payload cannot be read: the trace goes to the dead letters, others go on. */
  @Test
  void aTraceThatCannotBeFoldedStopsNobodyWhenItExpires() {
    run();
    Span span = new Span();
    span.setTraceId(T1);
    span.setSpanId(TelemetryPlan.spanId(7));
    span.setParentSpanId(TelemetryPlan.spanId(1));
    span.setName("x".repeat(100));
    span.setKind(SpanKind.INTERNAL);
    span.setStatusCode(StatusCode.UNSET);
    span.setResourceAttributes(Map.of());
    span.setEvents(List.of());
    span.setLinks(List.of());
    span.setAttributes(Map.of());
    TraceEvent event = new TraceEvent();
    event.setKind(TraceEventKind.SPAN);
    event.setIdentity(span.getSpanId());
    event.setPayload(span);
    byte[] whole = AssemblerHarness.CODECS.traceEvents().encode(event);
    harness.append(T1, Arrays.copyOf(whole, whole.length - 60));
    harness.pass(30_000);
    harness.pass(RETENTION + 30_000);
    span(T2, 1, 0, false);
    harness.pass(30_000);
    assertThat(harness.rows).containsKey("trace " + T2);
  }

  /** An error every two seconds for ten minutes. */
  @Test
  void errorAfterErrorIsShownAtGrowingIntervals() {
    harness = with("state.retention.ms", "86400000");
    for (int i = 0; i < 300; i++) {
      span(T1, i + 2, 1, true, "gen_ai.operation.name", "chat");
      harness.pass(2_000);
    }
    long emissions = harness.written.stream().filter(w -> w.startsWith("trace-records")).count();
    assertThat(emissions).as("growing intervals").isLessThan(40);
  }

  /** The root has not come: the end is that of the last span. */
  /** Feedback on an over-cap trace that goes on and on, after many amendments. */
  @Test
  void feedbackOnATraceOverItsCapShowsWithinReason() {
    harness = with("span.cap", "5", "state.retention.ms", "86400000000");
    int id = 2;
    run();
    for (int i = 0; i < 10; i++) {
      span(T1, id++, 1, false);
    }
    for (int pause = 0; pause < 20; pause++) {
      span(T1, id++, 1, false);
      harness.pass(15_000);
    }
    // Now it is busy, one span in five seconds, and a person escalates.
    feedback("f", 0, f -> f.setTraceId(T1));
    for (int i = 0; i < 720; i++) {
      span(T1, id++, 1, false);
      harness.pass(5_000);
    }
    assertThat(trace(T1).getEscalated()).as("an hour later").isTrue();
  }

  @Test
  void feedbackAfterExpiryOnASpanWithinADecisionReachesTheDecision() {
    run();
    span(T1, 2, 1, false, "gen_ai.operation.name", "execute_tool", "gen_ai.tool.name", "t");
    span(T1, 3, 2, false, "http.request.method", "GET");
    harness.pass(30_000);
    harness.pass(RETENTION + 10_000);
    feedback(
        "f",
        0,
        f -> {
          f.setTraceId(T1);
          f.setSpanId(TelemetryPlan.spanId(3));
        });
    harness.pass(30_000);
    assertThat(feedbackRow("f").getMatch()).isEqualTo(FeedbackMatch.TRACE);
    assertThat(feedbackRow("f").getDecisionId()).isNotNull();
  }

  @Test
  void logRecordsDoNotShortenTheWaitOfFeedback() {
    harness = with("feedback.wait.ms", "60000");
    plan(new TelemetryPlan.PlannedLog(1, 1, 3, 0));
    harness.pass(55_000);
    feedback("f", 0, f -> f.setTraceId(T1));
    harness.pass(20_000);
    assertThat(harness.rows).as("waited 20 s of 60").doesNotContainKey("feedback f");
  }

  /**
   * A trace with an error every two seconds: after 49 provisional emissions the delay overflows.
   */
  @Test
  void aTraceWithSixtyErrorsSettles() {
    harness = with("state.retention.ms", "86400000");
    for (int i = 0; i < 60; i++) {
      span(T1, i + 2, 1, true, "gen_ai.operation.name", "chat");
      harness.pass(2_000);
    }
    run();
    harness.pass(3_600_000);
    assertThat(trace(T1).getSpanCount()).isEqualTo(61);
  }

  @Test
  void aTraceWithSixtyErrorsExpires() {
    for (int i = 0; i < 60; i++) {
      span(T1, i + 2, 1, true, "gen_ai.operation.name", "chat");
      harness.pass(2_000);
    }
    harness.pass(3_600_000);
    assertThat(harness.stored(Stores.ENTRIES, T1)).isZero();
  }

  @Test
  void feedbackMovesBetweenSessionAndTrace() {
    run();
    harness.pass(30_000);
    feedback("f", 0, f -> f.setTraceId(T1));
    harness.pass(30_000);
    feedback("f", 1, f -> f.setSessionId("s"));
    harness.pass(30_000);
    assertThat(trace(T1).getEscalated()).isFalse();
    assertThat(feedbackRow("f").getMatch()).isEqualTo(FeedbackMatch.SESSION);
    harness.pass(RETENTION + 10_000);
    feedback("f", 2, f -> f.setTraceId(T1));
    harness.pass(30_000);
    assertThat(trace(T1).getEscalated()).isTrue();
    assertThat(feedbackRow("f").getMatch()).isEqualTo(FeedbackMatch.TRACE);
    feedback("f", 3, f -> f.setSessionId("s"));
    harness.pass(30_000);
    assertThat(trace(T1).getEscalated()).isFalse();
    assertThat(feedbackRow("f").getMatch()).isEqualTo(FeedbackMatch.SESSION);
  }

  /** An alias becomes ambiguous after the trace that it was joined to has expired. */
  @Test
  void anAliasMayTurnOutToBeAmbiguousAfterItsTraceHasExpired() {
    run();
    announce(AliasKind.RESPONSE_ID, "r1", T1);
    harness.pass(RETENTION - 20_000);
    feedback("f", 0, f -> f.setResponseId("r1"));
    harness.pass(60_000);
    assertThat(trace(T1).getEscalated()).isTrue();
    announce(AliasKind.RESPONSE_ID, "r1", T2);
    harness.pass(60_000);
    assertThat(trace(T1).getEscalated()).isFalse();
    assertThat(feedbackRow("f").getReason()).isEqualTo("ambiguous");
  }
}

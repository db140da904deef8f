package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.AliasKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.FeedbackMatch;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.Forget;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.topology.FeedbackKeys;
import dev.recount.topology.NodeNames;
import dev.recount.topology.TopologySettings;
import dev.recount.topology.assembly.TelemetryPlan.PlannedSpan;
import dev.recount.topology.assembly.TelemetryPlan.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;

/** A trace that is to be forgotten leaves nothing behind, whenever that is said. */
class ForgettingTest extends AssemblerTestBase {
  private static final long LONG_ENOUGH = 20 * 60_000;
  private static final String TOLD = "the customer's own words";

  private void forget(String key) {
    forget(harness, key);
  }

  private static void forget(AssemblerHarness harness, String key) {
    TraceEvent event = new TraceEvent();
    event.setKind(TraceEventKind.FORGET);
    event.setIdentity("");
    event.setPayload(new Forget(key, "asked to"));
    harness.append(key, event);
  }

  private void tell(String id, long at, String trace) {
    feedback(
        id,
        at,
        f -> {
          f.setTraceId(trace);
          f.setComment(TOLD);
        });
  }

  private void tellByResponse(String id, long at) {
    feedback(
        id,
        at,
        f -> {
          f.setResponseId("response-1");
          f.setComment(TOLD);
        });
  }

  /** One trace with everything that a trace can have. */
  private void fill(String trace) {
    span(trace, 1, 0, false, "gen_ai.operation.name", "invoke_agent");
    span(trace, 2, 1, true, "gen_ai.operation.name", "execute_tool", "gen_ai.tool.name", "till");
    snapshot(trace, "snapshot-of-" + trace, "teller");
    announce(AliasKind.RESPONSE_ID, "response-1", trace);
    tell("told-of-" + trace, 20, trace);
    tellByResponse("by-response", 21);
  }

  private void assertNothingIsLeft(AssemblerHarness of, String trace) {
    assertThat(of.rows.keySet()).noneMatch(key -> key.contains(trace));
    assertThat(of.spans.keySet()).noneMatch(key -> key.contains(trace));
    for (SpecificRecordBase row : of.rows.values()) {
      if (row instanceof FeedbackRecord feedback) {
        assertThat(feedback.getTraceId()).isNotEqualTo(trace);
      }
    }
    assertThat(of.stored(Stores.ENTRIES, trace)).isZero();
    assertThat(of.stored(Stores.EMISSIONS, trace)).isZero();
    assertThat(of.stored(Stores.ANCHORS, trace)).isZero();
  }

  @Test
  void everyRowOfASettledTraceIsWithdrawnAndItsStateIsGone() {
    fill(T1);
    fill(T2);
    harness.pass(30_000);
    assertThat(harness.rows).containsKey("trace " + T1);
    forget(T1);
    harness.pass(30_000);
    assertNothingIsLeft(harness, T1);
    assertThat(harness.rows).doesNotContainKey("feedback told-of-" + T1);
    assertThat(harness.rows).containsKeys("trace " + T2, "feedback told-of-" + T2);
    assertThat(trace(T2).getFeedback()).hasSize(1);
    assertThat(harness.contents(Stores.ENTRIES)).contains(TOLD);
  }

  @Test
  void noWordOfItStaysInAnyStore() {
    fill(T1);
    harness.pass(30_000);
    forget(T1);
    harness.pass(1_000);
    assertNothingIsLeft(harness, T1);
    assertThat(harness.rows).isEmpty();
    for (String store : AssemblerHarness.STORES) {
      assertThat(harness.contents(store)).as(store).doesNotContain(TOLD);
    }
  }

  @Test
  void atAnyTimeInItsLife() {
    for (long age : new long[] {0, 100, 30_000, RETENTION + 60_000}) {
      harness = with();
      fill(T1);
      harness.pass(age);
      forget(T1);
      assertNothingIsLeft(harness, T1);
      harness.pass(30_000);
      assertNothingIsLeft(harness, T1);
    }
  }

  @Test
  void afterTheEndOfItsAnchorSinksAreToldAndWhatComesIsPassedOver() {
    harness = with("anchor.retention.ms", Long.toString(RETENTION));
    fill(T1);
    harness.pass(10 * RETENTION);
    assertThat(harness.stored(Stores.ANCHORS, T1)).isZero();
    Map<String, SpecificRecordBase> before = Map.copyOf(harness.rows);
    forget(T1);
    assertThat(harness.written)
        .contains(
            NodeNames.RETAINED_SPANS + " " + T1 + " forgotten",
            NodeNames.SNAPSHOT_CONTENTS + " " + T1 + " forgotten");
    fill(T1);
    harness.pass(30_000);
    assertThat(harness.rows).isEqualTo(before);
  }

  @Test
  void withdrawnRowsHaveTheNextRevision() {
    fill(T1);
    harness.pass(30_000);
    long before = harness.revisions.getOrDefault("trace " + T1, 0L);
    assertThat(before).isPositive();
    forget(T1);
    harness.revisions.forEach(
        (row, revision) -> {
          if (row.contains(" " + T1)) {
            assertThat(revision).as(row).isEqualTo(before + 1);
          }
        });
  }

  @Test
  void whatComesAfterwardsIsPassedOver() {
    fill(T1);
    harness.pass(30_000);
    forget(T1);
    fill(T1);
    tell("later", 40, T1);
    feedback("by-call", 41, f -> f.setToolCallId("call-1"));
    announce(AliasKind.TOOL_CALL_ID, "call-1", T1);
    harness.pass(2 * RETENTION);
    assertNothingIsLeft(harness, T1);
    assertThat(harness.rows).isEmpty();
    for (String store : AssemblerHarness.STORES) {
      assertThat(harness.contents(store)).as(store).doesNotContain(TOLD);
    }
  }

  @Test
  void whatIsSaidBeforeTheTraceComesHoldsAsWell() {
    forget(T1);
    fill(T1);
    harness.pass(2 * RETENTION);
    assertNothingIsLeft(harness, T1);
    assertThat(harness.rows).isEmpty();
  }

  @Test
  void feedbackThatWaitedAndWasReportedGoesWithTheTraceThatItsAliasLeadsTo() {
    harness = with("feedback.wait.ms", "1000");
    tellByResponse("early", 1);
    harness.pass(10_000);
    assertThat(feedbackRow("early").getMatch()).isEqualTo(FeedbackMatch.NONE);
    forget(T1);
    announce(AliasKind.RESPONSE_ID, "response-1", T1);
    harness.pass(1_000);
    assertThat(harness.rows).isEmpty();
    assertThat(harness.contents(Stores.LINKS)).doesNotContain(TOLD);
  }

  @Test
  void feedbackThatNamesSeveralTracesIsAboutNoneOfThemAndStays() {
    tellByResponse("either", 1);
    announce(AliasKind.RESPONSE_ID, "response-1", T1);
    span(T1, 1, 0, false);
    announce(AliasKind.RESPONSE_ID, "response-1", T2);
    forget(T1);
    harness.pass(30_000);
    assertThat(harness.rows.keySet()).containsExactly("feedback either");
    assertThat(feedbackRow("either").getReason()).isEqualTo(UnmatchedReasons.AMBIGUOUS);
  }

  @Test
  void onePieceOfFeedbackCanBeForgottenByItself() {
    fill(T1);
    harness.pass(30_000);
    assertThat(trace(T1).getFeedback()).hasSize(2);
    forget(FeedbackKeys.of("told-of-" + T1));
    forget(FeedbackKeys.of("by-response"));
    tell("told-of-" + T1, 90, T1);
    harness.pass(30_000);
    assertThat(trace(T1).getFeedback()).isEmpty();
    assertThat(harness.rows.keySet()).noneMatch(row -> row.startsWith("feedback "));
    assertThat(harness.contents(Stores.LINKS)).doesNotContain(TOLD);
  }

  @Test
  void ofASessionToo() {
    feedback("of-session", 1, f -> f.setSessionId("visit-1"));
    assertThat(harness.rows).containsKey("feedback of-session");
    forget(FeedbackKeys.of("of-session"));
    assertThat(harness.rows).isEmpty();
  }

  @Test
  void twiceIsAsOnceAndCountsAnew() {
    harness = with("forget.retention.ms", Long.toString(RETENTION));
    fill(T1);
    forget(T1);
    harness.pass(RETENTION - 10_000);
    forget(T1);
    harness.pass(20_000);
    fill(T1);
    harness.pass(30_000);
    assertNothingIsLeft(harness, T1);
    assertThat(harness.rows).isEmpty();
  }

  @Test
  void whatMarksItIsBoundedInTime() {
    String retention = Long.toString(RETENTION);
    harness = with("forget.retention.ms", retention, "anchor.retention.ms", retention);
    fill(T1);
    harness.pass(30_000);
    forget(T1);
    assertThat(harness.stored(Stores.HEADERS, T1)).isEqualTo(1);
    harness.pass(RETENTION + 1_000);
    assertThat(harness.stored(Stores.HEADERS, T1)).isZero();
    harness.pass(10 * RETENTION);
    assertThat(harness.stored(Stores.TIMERS, T1)).isZero();
  }

  @Test
  void aLargeTraceIsDeletedBitByBit() {
    run();
    for (int id = 2; id <= 12_000; id++) {
      span(T1, id, 1, false);
    }
    forget(T1);
    assertThat(harness.stored(Stores.ENTRIES, T1)).isEqualTo(7_000);
    harness.pass(3_000);
    assertNothingIsLeft(harness, T1);
    assertThat(harness.stored(Stores.HEADERS, T1)).isEqualTo(1);
  }

  @Test
  void whatAnotherTraceLearnedFromItIsTakenBack() {
    plan(new PlannedSpan(1, 1, 1, Role.AGENT, 0, 0, 50, false));
    plan(new PlannedSpan(1, 3, 1, Role.TALK, 0, 10, 5, false));
    plan(new PlannedSpan(2, 1, 1, Role.AGENT, 0, 100, 50, false));
    plan(new PlannedSpan(2, 4, 1, Role.TALK, 0, 110, 5, false));
    harness.pass(60_000);
    assertThat(results(T1)).contains("Error: 3");
    forget(T2);
    harness.pass(60_000);
    assertThat(results(T1)).doesNotContain("Error: 3");
    assertNothingIsLeft(harness, T2);
  }

  private List<String> results(String trace) {
    List<String> results = new ArrayList<>();
    for (SpecificRecordBase row : harness.rows.values()) {
      if (row instanceof DecisionRecord decision
          && decision.getTraceId().equals(trace)
          && decision.getToolResult() != null) {
        results.add(decision.getToolResult());
      }
    }
    return results;
  }

  /** A piece of telemetry, and how long nothing comes after it. */
  record Arrival(TelemetryPlan plan, int pauseMillis, boolean restart) {}

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void theOtherTraceIsAsIfTheForgottenOneHadNeverCome(
      @ForAll("arrivals") List<Arrival> arrivals, @ForAll long seed) {
    TopologySettings settings =
        TopologySettings.fromMap(
            Map.of(
                "state.retention.ms", Long.toString(2 * LONG_ENOUGH),
                "feedback.wait.ms", Long.toString(LONG_ENOUGH / 2)));
    AssemblerHarness first = new AssemblerHarness(settings, START);
    forget(first, T1);
    for (Arrival arrival : arrivals) {
      arrival.plan().events().forEach(event -> first.append(event.key(), event.event()));
    }
    first.pass(LONG_ENOUGH);
    assertNothingIsLeft(first, T1);

    Random random = new Random(seed);
    AssemblerHarness amid = new AssemblerHarness(settings, START, random);
    int place = random.nextInt(arrivals.size() + 1);
    for (int i = 0; i <= arrivals.size(); i++) {
      if (i == place || random.nextInt(20) == 0) {
        forget(amid, T1);
      }
      if (i < arrivals.size()) {
        Arrival arrival = arrivals.get(i);
        if (arrival.restart()) {
          amid.restart();
        }
        arrival.plan().events().forEach(event -> amid.append(event.key(), event.event()));
        amid.pass(arrival.pauseMillis());
      }
    }
    amid.pass(LONG_ENOUGH);
    assertNothingIsLeft(amid, T1);
    assertThat(rows(amid)).isEqualTo(rows(first));

    AssemblerHarness replayed = new AssemblerHarness(notLive(settings), START);
    replayed.replay(List.copyOf(amid.log));
    assertThat(replayed.written).isEqualTo(amid.written);
  }

  private static TopologySettings notLive(TopologySettings settings) {
    return TopologySettings.fromMap(
        Map.of(
            "state.retention.ms", Long.toString(settings.stateRetention().toMillis()),
            "feedback.wait.ms", Long.toString(settings.feedbackWait().toMillis()),
            "live", "false"));
  }

  private static Map<String, String> rows(AssemblerHarness harness) {
    Map<String, String> rows = new TreeMap<>();
    harness.rows.forEach(
        (key, row) -> {
          boolean matched =
              !(row instanceof FeedbackRecord feedback)
                  || feedback.getMatch() != FeedbackMatch.NONE;
          if (matched) {
            rows.put(key, row.toString());
          }
        });
    return rows;
  }

  @Provide
  Arbitrary<List<Arrival>> arrivals() {
    return Combinators.combine(
            TelemetryPlan.plans(),
            Arbitraries.of(0, 0, 0, 400, 3_000, 30_000),
            Arbitraries.of(false, false, false, true))
        .as(Arrival::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(40);
  }
}

package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.ConfigurationChange;
import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.SegmentKind;
import dev.recount.avro.SnapshotBoundary;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.Span;
import dev.recount.avro.SpanKind;
import dev.recount.avro.StatusCode;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.avro.TraceRecord;
import dev.recount.avro.Versions;
import dev.recount.topology.Configuration;
import dev.recount.topology.Configuration.Replacement;
import dev.recount.topology.FeedbackKeys;
import dev.recount.topology.Hints;
import dev.recount.topology.TopologySettings;
import dev.recount.topology.sampling.RuleSet;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What becomes of traces that are kept, and of those that are not. */
class SamplingTest {
  private static final long START = TelemetryPlan.START;

  /** Part of no share below 99 %. */
  private static final String UNLUCKY = "0af7651916cd43dd8401000000000000";

  private static final String UNLUCKY_TOO = "0af7651916cd43dd8402000000000000";

  /** Part of every share above 0.1 %. */
  private static final String LUCKY = "0af7651916cd43dd84ffffffffffffff";

  private static final long SETTLED = 15_000;
  private static final long WINDOW = Duration.ofHours(24).toMillis();

  private AssemblerHarness harness = with();

  private static AssemblerHarness with(String... settings) {
    Map<String, String> map = new TreeMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      map.put(settings[i], settings[i + 1]);
    }
    return new AssemblerHarness(TopologySettings.fromMap(map), START);
  }

  private void rules(String yaml) {
    event(
        TickPartitioner.configuration(0),
        TraceEventKind.CONFIG,
        "sampling",
        0,
        0,
        new ConfigurationChange(0, "sampling", yaml, ""));
  }

  private void span(String trace, int id, int parent, boolean failed) {
    Span span = new Span();
    span.setTraceId(trace);
    span.setSpanId(TelemetryPlan.spanId(id));
    span.setParentSpanId(parent == 0 ? null : TelemetryPlan.spanId(parent));
    span.setName("execute_tool " + id);
    span.setKind(SpanKind.INTERNAL);
    span.setStartTimeUnixNano((START + id) * 1_000_000);
    span.setEndTimeUnixNano((START + id + 10) * 1_000_000);
    span.setStatusCode(failed ? StatusCode.ERROR : StatusCode.UNSET);
    span.setResourceAttributes(Map.of());
    span.setEvents(List.of());
    span.setLinks(List.of());
    span.setAttributes(
        Map.of("gen_ai.operation.name", "execute_tool", "gen_ai.tool.name", "tool-" + id));
    int hints = Hints.ENDED | (parent == 0 ? Hints.ROOT : 0) | (failed ? Hints.ERROR : 0);
    event(trace, TraceEventKind.SPAN, span.getSpanId(), span.getEndTimeUnixNano(), hints, span);
  }

  private void snapshot(String trace, String id, String content) {
    ContextSegment segment = new ContextSegment();
    segment.setKind(SegmentKind.USER);
    segment.setTokenCount(42L);
    segment.setContentType("text/plain");
    segment.setContent(content);
    ContextSnapshot snapshot = new ContextSnapshot();
    snapshot.setSnapshotId(id);
    snapshot.setTraceId(trace);
    snapshot.setCapturedAt(Instant.ofEpochMilli(START + 5));
    snapshot.setBoundary(SnapshotBoundary.MODEL_CALL);
    snapshot.setSegments(List.of(segment));
    snapshot.setVersions(new Versions());
    snapshot.setAttributes(Map.of());
    event(trace, TraceEventKind.SNAPSHOT, id, (START + 5) * 1_000_000, 0, snapshot);
  }

  private void feedback(String trace, String id, FeedbackKind kind, double score) {
    FeedbackEvent feedback = new FeedbackEvent();
    feedback.setFeedbackId(id);
    feedback.setKind(kind);
    feedback.setName("quality");
    feedback.setScore(score);
    feedback.setTraceId(trace);
    feedback.setOccurredAt(Instant.ofEpochMilli(START + 100));
    feedback.setAttributes(Map.of());
    int hints = kind == FeedbackKind.ESCALATION ? Hints.ESCALATION : 0;
    event(
        FeedbackKeys.of(id),
        TraceEventKind.FEEDBACK,
        id,
        (START + 100) * 1_000_000,
        hints,
        feedback);
  }

  private void event(
      String key, TraceEventKind kind, String id, long precedence, int hints, Object payload) {
    TraceEvent event = new TraceEvent();
    event.setKind(kind);
    event.setIdentity(id);
    event.setPrecedence(precedence);
    event.setHints(hints);
    event.setPayload(payload);
    harness.append(key, event);
  }

  /** Two spans and a context snapshot, settled. */
  private void settled(String trace) {
    span(trace, 1, 0, false);
    span(trace, 2, 1, false);
    snapshot(trace, "window", "what the model saw of " + trace);
    harness.pass(SETTLED);
  }

  private TraceRecord trace(String id) {
    return (TraceRecord) Objects.requireNonNull(harness.rows.get("trace " + id));
  }

  private void isRetained(String trace, boolean retained, @Nullable String by, double weight) {
    assertThat(trace(trace).getRetained()).isEqualTo(retained);
    assertThat(trace(trace).getRetainedBy()).isEqualTo(by);
    assertThat(trace(trace).getSampleWeight()).isEqualTo(weight);
    for (Map.Entry<String, SpecificRecordBase> row : harness.rows.entrySet()) {
      if (row.getKey().contains(trace) && !row.getKey().startsWith("feedback")) {
        assertThat(row.getValue().get("retained")).as(row.getKey()).isEqualTo(retained);
        assertThat(row.getValue().get("retained_by")).as(row.getKey()).isEqualTo(by);
        assertThat(row.getValue().get("sample_weight")).as(row.getKey()).isEqualTo(weight);
      }
    }
  }

  private List<String> spansOf(String trace) {
    return harness.spans.entrySet().stream()
        .filter(span -> span.getKey().startsWith(trace))
        .map(Map.Entry::getValue)
        .toList();
  }

  private void isComplete(String trace, int spans, String threshold) {
    assertThat(spansOf(trace))
        .hasSize(spans)
        .allMatch(span -> span.contains("\"ot=th:" + threshold + "\""));
    assertThat(harness.bodies)
        .contains(dev.recount.topology.Sha256.hexOf("what the model saw of " + trace));
  }

  private long rowsOf(String kind, String trace) {
    return harness.rows.keySet().stream().filter(key -> key.startsWith(kind + " " + trace)).count();
  }

  @Test
  void withoutRulesEverythingIsKept() {
    settled(UNLUCKY);
    isRetained(UNLUCKY, true, null, 1);
    assertThat(spansOf(UNLUCKY)).hasSize(2).noneMatch(span -> span.contains("ot="));
    assertThat(harness.bodies).hasSize(1);
  }

  @Test
  void aTraceThatIsDecidedAgainstLeavesItsRowsAndNothingElse() {
    rules(RuleSet.defaultRules());
    settled(UNLUCKY);
    isRetained(UNLUCKY, false, "rest", 0);
    assertThat(spansOf(UNLUCKY)).isEmpty();
    assertThat(harness.bodies).isEmpty();
    assertThat(rowsOf("decision", UNLUCKY)).isEqualTo(2);
    assertThat(rowsOf("snapshot", UNLUCKY)).isEqualTo(1);
  }

  @Test
  void aTraceThatIsPartOfTheShareIsKeptAndStatesTheThreshold() {
    rules(RuleSet.defaultRules());
    settled(LUCKY);
    isRetained(LUCKY, true, "rest", 10);
    isComplete(LUCKY, 2, "e6666666666666");
  }

  @Test
  void aLateEscalationRescuesATraceInFull() {
    rules(RuleSet.defaultRules());
    settled(UNLUCKY);
    harness.pass(Duration.ofHours(20).toMillis());
    feedback(UNLUCKY, "f", FeedbackKind.ESCALATION, 0);
    harness.pass(SETTLED);
    isRetained(UNLUCKY, true, "escalations", 1);
    isComplete(UNLUCKY, 2, "0");
  }

  @Test
  void badFeedbackAndALateErrorRescueToo() {
    rules(RuleSet.defaultRules());
    settled(UNLUCKY);
    settled(UNLUCKY_TOO);
    feedback(UNLUCKY, "good", FeedbackKind.RATING, 1);
    harness.pass(SETTLED);
    isRetained(UNLUCKY, false, "rest", 0);
    feedback(UNLUCKY, "bad", FeedbackKind.RATING, 0);
    span(UNLUCKY_TOO, 3, 1, true);
    harness.pass(SETTLED);
    isRetained(UNLUCKY, true, "bad_feedback", 1);
    isComplete(UNLUCKY, 2, "0");
    isRetained(UNLUCKY_TOO, true, "errors", 1);
    isComplete(UNLUCKY_TOO, 3, "0");
  }

  @Test
  void aKeptTraceThatWouldHaveBeenRescuedStandsForItselfAlone() {
    rules(RuleSet.defaultRules());
    settled(LUCKY);
    isRetained(LUCKY, true, "rest", 10);
    feedback(LUCKY, "f", FeedbackKind.ESCALATION, 0);
    harness.pass(SETTLED);
    isRetained(LUCKY, true, "escalations", 1);
    // The spans are released once more: they state another threshold now.
    isComplete(LUCKY, 2, "0");
  }

  @Test
  void aLateSpanSharesTheFateOfItsTraceAcrossRestarts() {
    rules(RuleSet.defaultRules());
    settled(UNLUCKY);
    settled(LUCKY);
    harness.restart();
    span(UNLUCKY, 3, 1, false);
    span(LUCKY, 3, 1, false);
    harness.pass(SETTLED);
    harness.restart();
    assertThat(spansOf(UNLUCKY)).isEmpty();
    isComplete(LUCKY, 3, "e6666666666666");
    assertThat(trace(UNLUCKY).getSpanCount()).isEqualTo(3);
    feedback(UNLUCKY, "f", FeedbackKind.ROLLBACK, 0);
    harness.restart();
    harness.pass(SETTLED);
    isRetained(UNLUCKY, true, "rollbacks", 1);
    isComplete(UNLUCKY, 3, "0");
  }

  @Test
  void whenTheWindowClosesWhatWasHeldIsDroppedAndTheRowsStay() {
    rules(RuleSet.defaultRules());
    settled(UNLUCKY);
    assertThat(harness.stored(Stores.ENTRIES, UNLUCKY)).isEqualTo(3);
    harness.pass(WINDOW);
    assertThat(harness.stored(Stores.ENTRIES, UNLUCKY)).isZero();
    assertThat(harness.stored(Stores.HEADERS, UNLUCKY)).isZero();
    assertThat(harness.stored(Stores.ANCHORS, UNLUCKY)).isPositive();
    feedback(UNLUCKY, "f", FeedbackKind.ESCALATION, 0);
    span(UNLUCKY, 4, 1, true);
    harness.restart();
    harness.pass(SETTLED);
    isRetained(UNLUCKY, false, "rest", 0);
    assertThat(trace(UNLUCKY).getEscalated()).isTrue();
    assertThat(trace(UNLUCKY).getLateSpanCount()).isEqualTo(1);
    assertThat(spansOf(UNLUCKY)).isEmpty();
    assertThat(harness.bodies).isEmpty();
    harness.pass(Duration.ofDays(8).toMillis());
    assertThat(harness.stored(Stores.ENTRIES, UNLUCKY)).isZero();
    assertThat(spansOf(UNLUCKY)).isEmpty();
  }

  @Test
  void anEventThatFallsIntoTheLastMomentOfTheWindowStillCounts() {
    rules(RuleSet.defaultRules());
    settled(UNLUCKY);
    harness.pass(WINDOW - SETTLED - 2_000);
    feedback(UNLUCKY, "f", FeedbackKind.ESCALATION, 0);
    harness.pass(SETTLED);
    isRetained(UNLUCKY, true, "escalations", 1);
    isComplete(UNLUCKY, 2, "0");
  }

  @Test
  void whatIsKeptIsHeldAsLongAsEverAndItsFateStandsAfterTheWindow() {
    rules(RuleSet.defaultRules());
    settled(LUCKY);
    harness.pass(WINDOW + SETTLED);
    assertThat(harness.stored(Stores.ENTRIES, LUCKY)).isEqualTo(3);
    feedback(LUCKY, "f", FeedbackKind.ESCALATION, 0);
    span(LUCKY, 3, 1, true);
    harness.pass(SETTLED);
    // Others of its kind were not rescued any more: it still stands for them.
    isRetained(LUCKY, true, "rest", 10);
    isComplete(LUCKY, 3, "e6666666666666");
    assertThat(trace(LUCKY).getEscalated()).isTrue();
    harness.pass(Duration.ofDays(8).toMillis());
    span(LUCKY, 4, 1, false);
    harness.pass(SETTLED);
    isRetained(LUCKY, true, "rest", 10);
    isComplete(LUCKY, 4, "e6666666666666");
  }

  @Test
  void otherRulesDecideOnOtherTracesOnly() {
    rules(RuleSet.defaultRules());
    settled(UNLUCKY);
    rules("rules:\n  - {name: everything, decision: keep}\n");
    span(UNLUCKY, 3, 1, false);
    settled(UNLUCKY_TOO);
    isRetained(UNLUCKY, false, "rest", 0);
    isRetained(UNLUCKY_TOO, true, "everything", 1);
    rules("rules:\n  - {name: nothing, decision: drop}\n");
    harness.restart();
    feedback(UNLUCKY, "f", FeedbackKind.ESCALATION, 0);
    settled(LUCKY);
    isRetained(LUCKY, false, "nothing", 0);
    // By the rules that it was decided by, in which there is a word for escalations.
    isRetained(UNLUCKY, true, "escalations", 1);
    rules("");
    settled("0af7651916cd43dd8403000000000000");
    isRetained("0af7651916cd43dd8403000000000000", true, null, 1);
    span(LUCKY, 3, 1, false);
    harness.pass(SETTLED);
    isRetained(LUCKY, false, "nothing", 0);
  }

  @Test
  void rulesThatComeAfterATraceHasSettledDoNotTouchIt() {
    settled(UNLUCKY);
    rules("rules:\n  - {name: nothing, decision: drop}\n");
    span(UNLUCKY, 3, 1, false);
    harness.pass(SETTLED);
    isRetained(UNLUCKY, true, null, 1);
    assertThat(spansOf(UNLUCKY)).hasSize(3);
  }

  @Test
  void rulesThatCannotBeFollowedAreReportedAndThoseBeforeStay() {
    rules(RuleSet.defaultRules());
    rules("rules:\n  - {name: some, when: {colour: red}, decision: keep}\n");
    assertThat(harness.written).anyMatch(record -> record.startsWith("assembly-dead-letters"));
    settled(UNLUCKY);
    isRetained(UNLUCKY, false, "rest", 0);
  }

  @Test
  void whatIsKeptIsNeverGivenUp() {
    rules(
        "rules:\n"
            + "  - {name: small, when: {span_count: '< 3'}, decision: keep}\n"
            + "  - {name: rest, decision: drop}\n");
    settled(UNLUCKY);
    isRetained(UNLUCKY, true, "small", 1);
    span(UNLUCKY, 3, 1, false);
    harness.pass(SETTLED);
    isRetained(UNLUCKY, true, "small", 1);
    isComplete(UNLUCKY, 3, "0");
  }

  @Test
  void rowsOfTracesThatAreNotKeptCanBeLeftOut() {
    rules(
        "unretained: {trace: false, decisions: false, snapshots: false}\n"
            + "rules:\n  - {name: rest, decision: 10%}\n");
    // Runs for long enough to show rows before it is decided on.
    span(UNLUCKY, 2, 1, false);
    harness.pass(40_000);
    assertThat(rowsOf("trace", UNLUCKY)).isEqualTo(1);
    settled(UNLUCKY);
    assertThat(rowsOf("trace", UNLUCKY)).isZero();
    assertThat(rowsOf("decision", UNLUCKY)).isZero();
    assertThat(rowsOf("snapshot", UNLUCKY)).isZero();
    feedback(UNLUCKY, "f", FeedbackKind.ESCALATION, 0);
    harness.pass(SETTLED);
    isRetained(UNLUCKY, true, RuleSet.READMISSION, 1);
    assertThat(rowsOf("decision", UNLUCKY)).isEqualTo(2);
    assertThat(rowsOf("snapshot", UNLUCKY)).isEqualTo(1);
    isComplete(UNLUCKY, 2, "0");
    settled(UNLUCKY_TOO);
    harness.pass(WINDOW);
    feedback(UNLUCKY_TOO, "late", FeedbackKind.ESCALATION, 0);
    harness.pass(SETTLED);
    assertThat(rowsOf("trace", UNLUCKY_TOO)).isZero();
    assertThat(rowsOf("decision", UNLUCKY_TOO)).isZero();
  }

  @Test
  void aTraceOverItsCapIsHeldAndRescuedToo() {
    harness = with("span.cap", "3");
    rules(RuleSet.defaultRules());
    for (int id = 1; id <= 8; id++) {
      span(UNLUCKY, id, id == 1 ? 0 : 1, false);
    }
    snapshot(UNLUCKY, "window", "what the model saw of " + UNLUCKY);
    harness.pass(120_000);
    span(UNLUCKY, 9, 1, false);
    harness.pass(120_000);
    isRetained(UNLUCKY, false, "rest", 0);
    assertThat(spansOf(UNLUCKY)).isEmpty();
    feedback(UNLUCKY, "f", FeedbackKind.ESCALATION, 0);
    harness.pass(120_000);
    isRetained(UNLUCKY, true, "escalations", 1);
    isComplete(UNLUCKY, 9, "0");
    span(UNLUCKY, 10, 1, false);
    isComplete(UNLUCKY, 10, "0");
  }

  /** Spans beyond the cap are only counted, and rules may ask for their number or their end. */
  @Test
  void aTraceThatGrowsBeyondItsCapIntoARuleIsRescued() {
    for (String when : List.of("span_count: '> 20'", "duration: '> 25ms'")) {
      harness = with("span.cap", "3");
      rules(
          """
          rules:
            - {name: large, when: {%s}, decision: keep}
            - {name: others, decision: drop}
          """
              .formatted(when));
      for (int id = 1; id <= 8; id++) {
        span(UNLUCKY, id, id == 1 ? 0 : 1, false);
      }
      snapshot(UNLUCKY, "window", "what the model saw of " + UNLUCKY);
      harness.pass(120_000);
      isRetained(UNLUCKY, false, "others", 0);
      for (int id = 9; id <= 30; id++) {
        span(UNLUCKY, id, 1, false);
      }
      harness.pass(120_000);
      isRetained(UNLUCKY, true, "large", 1);
      isComplete(UNLUCKY, 30, "0");
    }
  }

  @Test
  void aReplayOfTheLogDecidesTheSameAndWritesTheSameBytes() {
    rules(RuleSet.defaultRules());
    settled(UNLUCKY);
    settled(LUCKY);
    rules("rules:\n  - {name: everything, decision: keep}\n");
    settled(UNLUCKY_TOO);
    feedback(UNLUCKY, "f", FeedbackKind.ESCALATION, 0);
    feedback(LUCKY, "g", FeedbackKind.RATING, 1);
    harness.pass(SETTLED);
    harness.pass(WINDOW);
    AssemblerHarness replay = with("live", "false");
    replay.replay(harness.log);
    assertThat(replay.written).isEqualTo(harness.written);
    isRetained(UNLUCKY, true, "escalations", 1);
  }

  @Test
  void whatAReplayReplacesHoldsInPlaceOfWhatTheLogSaidBeforeIt() {
    String everything = "rules:\n  - {name: everything, decision: keep}\n";
    String nothing = "rules:\n  - {name: nothing, decision: drop}\n";
    rules(RuleSet.defaultRules());
    settled(UNLUCKY);
    isRetained(UNLUCKY, false, "rest", 0);
    List<AssemblerHarness.Logged> before = List.copyOf(harness.log);
    Map<String, Replacement> replaced =
        Map.of(Configuration.SAMPLING, new Replacement("later", everything, 1, 0));
    harness = replaced(replaced, "live", "false");
    harness.replay(before);
    isRetained(UNLUCKY, true, "everything", 1);
    isComplete(UNLUCKY, 2, "0");

    // It becomes the live one. The old one had told of a change that it had not processed.
    harness.restart(TopologySettings.fromMap(Map.of("sampling.rules", everything)));
    rules(RuleSet.defaultRules());
    harness.lookAfter();
    settled(UNLUCKY_TOO);
    isRetained(UNLUCKY_TOO, true, "everything", 1);
    harness.restart(TopologySettings.fromMap(Map.of("sampling.rules", nothing)));
    harness.lookAfter();
    settled(LUCKY);
    isRetained(LUCKY, false, "nothing", 0);
    isRetained(UNLUCKY, true, "everything", 1);

    AssemblerHarness again = replaced(replaced, "live", "false");
    again.replay(harness.log);
    assertThat(again.written).isEqualTo(harness.written);
    assertThat(again.rows).isEqualTo(harness.rows);
  }

  /** As where another partition's log begins later: this one still tells of rules before. */
  @Test
  void whatALogTellsOfRulesBeforeTheHorizonGivesThemNoOtherNumbers() {
    rules(RuleSet.defaultRules());
    harness.pass(SETTLED);
    rules("rules:\n  - {name: nothing, decision: drop}\n");
    harness.pass(SETTLED);
    Instant horizon = harness.time();
    harness.pass(SETTLED);
    settled(LUCKY);
    isRetained(LUCKY, false, "nothing", 0);
    rules("rules:\n  - {name: everything, decision: keep}\n");
    harness.pass(SETTLED);
    rules(RuleSet.defaultRules());
    harness.pass(SETTLED);
    Map<String, Replacement> inForce =
        Map.of(
            Configuration.SAMPLING,
            harness
                .configured()
                .at(Configuration.SAMPLING, horizon.toEpochMilli())
                .orElseThrow()
                .inPlaceOfTheLog(""));

    AssemblerHarness predecessor = harness;
    harness = replaced(inForce, "live", "false");
    harness.replay(predecessor.log);
    harness.succeed(predecessor, horizon, TopologySettings.fromMap(Map.of()));
    assertThat(harness.configured().latest(Configuration.SAMPLING))
        .isEqualTo(predecessor.configured().latest(Configuration.SAMPLING));
    span(LUCKY, 5, 1, false);
    harness.pass(WINDOW);
    isRetained(LUCKY, false, "nothing", 0);
  }

  private static AssemblerHarness replaced(
      Map<String, Replacement> replaced, String setting, String value) {
    return new AssemblerHarness(
        TopologySettings.fromMap(Map.of(setting, value)), START, null, replaced);
  }

  @Test
  void manyEventsOfATraceThatIsDroppedAreDeletedALimitedNumberAtATime() {
    rules("readmission: {window: 1h}\nrules:\n  - {name: nothing, decision: drop}\n");
    int spans = 12_000;
    for (int id = 1; id <= spans; id++) {
      span(UNLUCKY, id, id == 1 ? 0 : 1, false);
    }
    harness.pass(SETTLED);
    harness.jump(Duration.ofHours(2).toMillis());
    harness.pass(1_000);
    assertThat(harness.stored(Stores.ENTRIES, UNLUCKY)).isBetween(1L, (long) spans - 1);
    harness.pass(10_000);
    assertThat(harness.stored(Stores.ENTRIES, UNLUCKY)).isZero();
  }

  /** What docs/sampling.md says of it. */
  @Test
  void whatIsHeldCostsItsEventsAndLittleMore() {
    rules("rules:\n  - {name: nothing, decision: drop}\n");
    long before = harness.bytes(Stores.HEADERS);
    int traces = 100;
    int spans = 20;
    long logged = 0;
    for (int i = 0; i < traces; i++) {
      String trace = String.format("%032x", i + 1);
      int from = harness.log.size();
      for (int id = 1; id <= spans; id++) {
        span(trace, id, id == 1 ? 0 : 1, false);
      }
      logged +=
          harness.log.subList(from, harness.log.size()).stream()
              .mapToLong(entry -> entry.value().length)
              .sum();
    }
    harness.pass(SETTLED);
    double event = (double) (harness.bytes(Stores.ENTRIES) - logged) / (traces * spans);
    double header = (double) (harness.bytes(Stores.HEADERS) - before) / traces;
    double row = (double) harness.bytes(Stores.EMISSIONS) / harness.rows.size();
    double timer = (double) harness.bytes(Stores.TIMERS) / traces;
    assertThat(event).isBetween(50.0, 70.0);
    assertThat(header).isBetween(190.0, 230.0);
    assertThat(timer).isLessThan(45);
    assertThat(row).isBetween(35.0, 50.0);
    harness.pass(WINDOW);
    assertThat(harness.bytes(Stores.ENTRIES)).isZero();
    double anchor =
        (double) (harness.bytes(Stores.ANCHORS) + harness.bytes(Stores.EMISSIONS)) / traces;
    System.out.println(
        "FIG "
            + event
            + " "
            + header
            + " "
            + timer
            + " "
            + row
            + " "
            + anchor
            + " "
            + harness.rows.size());
    assertThat(anchor).isLessThan(150 * spans);
  }

  @Test
  void decisionsAndSnapshotsSayWhatTheirTraceSays() {
    rules(RuleSet.defaultRules());
    settled(LUCKY);
    assertThat(harness.rows.values())
        .filteredOn(row -> row instanceof DecisionRecord || row instanceof SnapshotRecord)
        .hasSize(3)
        .allMatch(row -> Objects.equals(row.get("sample_weight"), 10.0));
  }
}

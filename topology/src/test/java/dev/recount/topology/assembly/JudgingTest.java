package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.ConfigurationChange;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.Evaluation;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.Forget;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.avro.Versions;
import dev.recount.topology.Configuration;
import dev.recount.topology.FeedbackKeys;
import dev.recount.topology.Hints;
import dev.recount.topology.TopologySettings;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** By whose word a trace is judged, when the settings of the evaluators change. */
class JudgingTest {
  private static final long START = TelemetryPlan.START;
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String LATER_TRACE = "1bf7651916cd43dd8448eb211c80319c";
  private static final long SETTLED = 90_000;
  private static final long RETENTION = 300_000;

  private static final String STRICT = "evaluators: {low_confidence: {threshold: 0.9}}";

  private final AssemblerHarness harness = with("default");

  private static AssemblerHarness with(String evaluators) {
    return new AssemblerHarness(
        TopologySettings.fromMap(
            Map.of(
                "state.retention.ms",
                Long.toString(RETENTION),
                TopologySettings.EVALUATORS,
                evaluators)),
        START);
  }

  private void configured(String evaluators) {
    append(
        TickPartitioner.configuration(0),
        TraceEventKind.CONFIG,
        Configuration.EVALUATORS,
        new ConfigurationChange(0, Configuration.EVALUATORS, evaluators, ""));
  }

  /** A decision that the agent is fairly sure of: too little by the strict settings. */
  private void decided(String trace) {
    DecisionEvent decision = new DecisionEvent();
    decision.setDecisionId("d-1");
    decision.setTraceId(trace);
    decision.setOccurredAt(Instant.ofEpochMilli(START));
    decision.setKind(DecisionKind.PLAN);
    decision.setConsidered(List.of());
    decision.setConstraints(List.of());
    decision.setConfidence(0.7);
    decision.setVersions(new Versions());
    decision.setAttributes(Map.of());
    append(trace, TraceEventKind.DECISION, "d-1", decision);
  }

  private void corrected(String trace, String id) {
    FeedbackEvent feedback = new FeedbackEvent();
    feedback.setFeedbackId(id);
    feedback.setKind(FeedbackKind.RATING);
    feedback.setScore(0.5);
    feedback.setTraceId(trace);
    feedback.setOccurredAt(Instant.ofEpochMilli(START + 100));
    feedback.setAttributes(Map.of());
    append(FeedbackKeys.of(id), TraceEventKind.FEEDBACK, id, feedback);
  }

  /** A decision that the agent is not sure of, and that is to be judged at once. */
  private void doubted(AssemblerHarness harness, String trace, String id) {
    DecisionEvent decision = new DecisionEvent();
    decision.setDecisionId(id);
    decision.setTraceId(trace);
    decision.setOccurredAt(Instant.ofEpochMilli(START));
    decision.setKind(DecisionKind.PLAN);
    decision.setConsidered(List.of());
    decision.setConstraints(List.of());
    decision.setConfidence(0.1);
    decision.setVersions(new Versions());
    decision.setAttributes(Map.of());
    TraceEvent event = new TraceEvent();
    event.setKind(TraceEventKind.DECISION);
    event.setIdentity(id);
    event.setPrecedence(START * 1_000_000);
    event.setHints(Hints.SUSPECT);
    event.setPayload(decision);
    harness.append(trace, event);
  }

  /** Decisions with a verdict that stands. */
  private static long faulted(AssemblerHarness harness) {
    return harness.rows.values().stream()
        .filter(Evaluation.class::isInstance)
        .map(Evaluation.class::cast)
        .filter(row -> row.getDecisionId() != null)
        .count();
  }

  private void append(String key, TraceEventKind kind, String id, Object payload) {
    TraceEvent event = new TraceEvent();
    event.setKind(kind);
    event.setIdentity(id);
    event.setPrecedence(START * 1_000_000);
    event.setPayload(payload);
    harness.append(key, event);
  }

  /** Labels of the verdicts on confidence that stand. */
  private static List<String> verdicts(AssemblerHarness harness, String trace) {
    return harness.rows.values().stream()
        .filter(Evaluation.class::isInstance)
        .map(Evaluation.class::cast)
        .filter(row -> row.getTraceId().equals(trace) && row.getName().equals("low_confidence"))
        .map(Evaluation::getLabel)
        .distinct()
        .toList();
  }

  @Test
  void aTraceIsJudgedByTheSettingsInForceWhenItSettled() {
    configured(STRICT);
    decided(TRACE);
    harness.pass(SETTLED);
    assertThat(verdicts(harness, TRACE)).containsExactly("unsure");

    configured("");
    decided(LATER_TRACE);
    corrected(TRACE, "f-1");
    harness.pass(SETTLED);
    assertThat(verdicts(harness, LATER_TRACE)).containsExactly("passed");
    assertThat(verdicts(harness, TRACE)).as("amended").containsExactly("unsure");

    harness.pass(2 * RETENTION);
    corrected(TRACE, "f-2");
    harness.pass(SETTLED);
    assertThat(verdicts(harness, TRACE)).as("amended after expiry").containsExactly("unsure");
  }

  @Test
  void whileItIsOpenATraceIsJudgedByWhatIsInForce() {
    decided(TRACE);
    harness.pass(31_000);
    assertThat(verdicts(harness, TRACE)).as("before the log says by whom").isEmpty();
    configured(STRICT);
    harness.pass(SETTLED);
    assertThat(verdicts(harness, TRACE)).containsExactly("unsure");
  }

  @Test
  void aReplayAppliesEachFromWhereItTookEffect() {
    configured("");
    decided(TRACE);
    harness.pass(SETTLED);
    configured("none");
    decided(LATER_TRACE);
    corrected(TRACE, "f-1");
    harness.pass(SETTLED);
    assertThat(verdicts(harness, LATER_TRACE)).isEmpty();
    AssemblerHarness replay = with(STRICT);
    replay.replay(harness.log);
    assertThat(replay.written).isEqualTo(harness.written).isNotEmpty();
  }

  @Test
  void settingsThatCannotBeFollowedDoNotComeIntoForce() {
    configured(STRICT);
    configured("evaluators: {no_such: on}");
    decided(TRACE);
    harness.pass(SETTLED);
    assertThat(verdicts(harness, TRACE)).containsExactly("unsure");
  }

  @Test
  void verdictsOnSingleEventsAreTheSameAfterARestartAndInAReplay() {
    configured("");
    for (int i = 0; i < 15; i++) {
      doubted(harness, TRACE, "d-" + i);
      assertThat(faulted(harness)).as("without a second's delay").isGreaterThanOrEqualTo(i);
      harness.pass(1_000);
      assertThat(faulted(harness)).isEqualTo(i + 1);
      if (i % 4 == 3) {
        harness.restart();
      }
    }
    harness.pass(SETTLED);
    assertThat(faulted(harness)).isEqualTo(15);
    AssemblerHarness replay = with("default");
    replay.replay(harness.log);
    assertThat(replay.written).isEqualTo(harness.written);
    assertThat(replay.rows).isEqualTo(harness.rows);
  }

  @Test
  void aForgottenTraceTakesBackWhatWasSaidOfSingleEvents() {
    configured("");
    doubted(harness, TRACE, "d-1");
    harness.pass(1_000);
    doubted(harness, TRACE, "d-2");
    doubted(harness, TRACE, "d-3");
    assertThat(faulted(harness)).isEqualTo(3);
    append(TRACE, TraceEventKind.FORGET, TRACE, new Forget(TRACE, null));
    assertThat(harness.rows).isEmpty();
  }
}

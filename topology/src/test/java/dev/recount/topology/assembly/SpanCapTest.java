package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.DecisionRecord;
import dev.recount.topology.TopologySettings;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Past its cap a trace goes on counting, and its root and its failures come first. */
class SpanCapTest extends AssemblerTestBase {
  private static TopologySettings cap(int spans) {
    return TopologySettings.fromMap(
        Map.of("span.cap", Integer.toString(spans), "state.retention.ms", "86400000"));
  }

  private void tool(int id, boolean failed) {
    span(
        T1,
        id,
        1,
        failed,
        "gen_ai.operation.name",
        "execute_tool",
        "gen_ai.tool.name",
        "inventory",
        "gen_ai.tool.call.id",
        "call-" + id);
  }

  @Test
  void failuresBeyondTheCapAreCounted() {
    harness = new AssemblerHarness(cap(5), START);
    run();
    for (int id = 2; id <= 40; id++) {
      tool(id, id % 2 == 0);
    }
    harness.pass(600_000);
    assertThat(trace(T1).getErrorCount()).isEqualTo(20);
    assertThat(trace(T1).getSpanCount()).isEqualTo(40);
    assertThat(trace(T1).getFlags()).contains("span_cap");
    assertThat(trace(T1).getEndedAt()).isEqualTo(Instant.ofEpochMilli(START + 40 + 10));
    // One of them turns out to have gone well after all, one beyond the cap to have failed.
    span(T1, 40, 1, 20, false, "gen_ai.operation.name", "execute_tool");
    span(T1, 39, 1, 20, true, "gen_ai.operation.name", "execute_tool");
    span(T1, 37, 1, 20, true, "gen_ai.operation.name", "execute_tool");
    harness.pass(600_000);
    assertThat(trace(T1).getErrorCount()).isEqualTo(21);
    assertThat(trace(T1).getEndedAt()).isEqualTo(Instant.ofEpochMilli(START + 40 + 20));
  }

  @Test
  void aFailureTakesThePlaceOfWhatWentWell() {
    harness = new AssemblerHarness(cap(5), START);
    for (int id = 2; id <= 40; id++) {
      tool(id, false);
    }
    tool(1_000, true);
    harness.pass(600_000);
    assertThat(harness.rows.keySet().stream().filter(key -> key.startsWith("decision ")))
        .hasSize(6);
    assertThat(trace(T1).getErrorCount()).isEqualTo(1);
  }

  @Test
  void aFailureBeyondTheCapKeepsTheStepsThatLedToIt() {
    harness = new AssemblerHarness(cap(5), START);
    failureFarFromTheRoot();
    assertThat(trace(T1).getFlags()).doesNotContain("parent_missing");
    DecisionRecord failed = decisionOf(70);
    DecisionRecord model = decisionOf(60);
    assertThat(failed.getParentId()).isEqualTo(model.getDecisionId());
    assertThat(failed.getVersions().getAgentName()).isEqualTo("careful");
    // What led to it is sent anew.
    span(T1, 60, 50, 20, false, "gen_ai.operation.name", "chat", "gen_ai.request.model", "other");
    harness.pass(600_000);
    assertThat(decisionOf(60).getVersions().getModel()).isEqualTo("other");
  }

  @Test
  void theStepsThatLedToAFailureMayComeAfterIt() {
    harness = new AssemblerHarness(cap(5), START);
    run();
    for (int id = 2; id <= 40; id++) {
      tool(id, false);
    }
    failedTool(70, 60);
    harness.pass(600_000);
    assertThat(trace(T1).getFlags()).contains("parent_missing");
    stepsToTheFailure();
    harness.pass(600_000);
    assertThat(trace(T1).getFlags()).doesNotContain("parent_missing");
    Map<String, Object> rows = new TreeMap<>(harness.rows);
    harness = new AssemblerHarness(cap(5), START);
    failureFarFromTheRoot();
    assertThat(rows).isEqualTo(harness.rows);
  }

  private void failureFarFromTheRoot() {
    run();
    for (int id = 2; id <= 40; id++) {
      tool(id, false);
    }
    stepsToTheFailure();
    failedTool(70, 60);
    harness.pass(600_000);
  }

  private void stepsToTheFailure() {
    span(T1, 50, 1, false, "gen_ai.operation.name", "invoke_agent", "gen_ai.agent.name", "careful");
    span(T1, 60, 50, false, "gen_ai.operation.name", "chat", "gen_ai.request.model", "m");
  }

  private void failedTool(int id, int parent) {
    span(
        T1,
        id,
        parent,
        true,
        "gen_ai.operation.name",
        "execute_tool",
        "gen_ai.tool.name",
        "inventory");
  }

  private DecisionRecord decisionOf(int span) {
    return harness.rows.values().stream()
        .filter(DecisionRecord.class::isInstance)
        .map(DecisionRecord.class::cast)
        .filter(row -> TelemetryPlan.spanId(span).equals(row.getSpanId()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theRootIsFoldedHoweverManyFailuresComeBeforeIt() {
    harness = new AssemblerHarness(cap(5), START);
    for (int id = 2; id <= 40; id++) {
      tool(id, true);
    }
    span(T1, 1_000, 0, false, "gen_ai.operation.name", "invoke_agent");
    harness.pass(600_000);
    assertThat(trace(T1).getRootName()).isEqualTo("span 1000");
    assertThat(trace(T1).getErrorCount()).isEqualTo(39);
  }

  @Test
  void aCapThatIsRaisedTakesInAllThatCameBefore() {
    harness = new AssemblerHarness(cap(5), START);
    run();
    for (int id = 2; id <= 40; id++) {
      tool(id, false);
    }
    harness.pass(600_000);
    assertThat(trace(T1).getDecisionCount()).isEqualTo(5);
    harness.restart(cap(100));
    tool(41, false);
    harness.pass(600_000);
    assertThat(trace(T1).getDecisionCount()).isEqualTo(40);
    assertThat(trace(T1).getFlags()).doesNotContain("span_cap");
    for (int id = 42; id <= 200; id++) {
      tool(id, false);
    }
    harness.pass(600_000);
    assertThat(trace(T1).getDecisionCount()).isEqualTo(100);
    assertThat(trace(T1).getFlags()).contains("span_cap");
  }

  @Test
  void whatLiesBeyondTheLastFoldIsCountedAndChangesNoDecision() {
    harness = new AssemblerHarness(cap(5), START);
    run();
    for (int id = 10; id <= 40; id++) {
      tool(id, false);
    }
    harness.pass(600_000);
    Map<String, Object> before = decisions();
    for (int id = 41; id <= 90; id++) {
      tool(id, false);
    }
    harness.pass(600_000);
    assertThat(trace(T1).getSpanCount()).isEqualTo(82);
    assertThat(trace(T1).getEndedAt()).isEqualTo(Instant.ofEpochMilli(START + 90 + 10));
    assertThat(decisions()).as("neither changed nor emitted again").isEqualTo(before);
    // Feedback comes so long after the end of the trace: it has to be said anew.
    feedback("f", 0, f -> f.setTraceId(T1));
    harness.pass(600_000);
    Long lag = trace(T1).getFeedbackLagMs();
    span(T1, 91, 1, 500, false, "gen_ai.operation.name", "execute_tool");
    harness.pass(600_000);
    assertThat(trace(T1).getFeedbackLagMs()).isEqualTo(lag - 491);
    // One that began before those that were folded takes the place of the last of them.
    tool(2, false);
    harness.pass(600_000);
    assertThat(trace(T1).getSpanCount()).isEqualTo(84);
    assertThat(decisions()).hasSize(before.size());
    assertThat(decisions().keySet()).isNotEqualTo(before.keySet());
    // One of those that are folded is sent anew.
    span(T1, 10, 1, 20, false, "gen_ai.operation.name", "execute_tool", "gen_ai.tool.name", "new");
    harness.pass(600_000);
    assertThat(trace(T1).getTools()).contains("new");
    assertThat(trace(T1).getSpanCount()).isEqualTo(84);
  }

  /** Two spans a second, without a pause in which it could be looked at. */
  @Test
  void whatHappensToATraceThatGrowsWithoutAPauseIsShownWhileItGrows() {
    harness = new AssemblerHarness(cap(5), START);
    run();
    int id = 2;
    while (id <= 20) {
      tool(id++, false);
    }
    harness.pass(1_000);
    feedback("f", 0, f -> f.setTraceId(T1));
    for (int halves = 0; halves < 600; halves++) {
      tool(id++, false);
      harness.jump(500);
    }
    assertThat(trace(T1).getEscalated()).isTrue();
    assertThat(trace(T1).getSpanCount()).isGreaterThan(100);
    long emissions =
        harness.written.stream().filter(row -> row.startsWith("trace-records")).count();
    assertThat(emissions).as("growing intervals").isLessThan(10);
  }

  /** Each takes the place of one that was folded, so that every row would be another. */
  @Test
  void spansThatComeFromTheLastToTheFirstAreCountedWhileTheyComeAndFoldedOnceTheyPause() {
    harness =
        new AssemblerHarness(
            TopologySettings.fromMap(
                Map.of(
                    "span.cap", "20",
                    "state.retention.ms", "86400000",
                    "amend.quiet.ms", "10",
                    "provisional.after.ms", "100")),
            START);
    run();
    int id = 1_000;
    while (id > 900) {
      tool(id--, false);
    }
    harness.pass(20_000);
    Map<String, Object> folded = decisions();
    assertThat(folded).hasSize(20);
    // Shorter than the 600 ms that the sixty events rest which a fold may read.
    for (int step = 0; step < 25; step++) {
      tool(id--, false);
      harness.jump(20);
    }
    assertThat(trace(T1).getSpanCount()).isGreaterThan(105);
    assertThat(decisions()).isEqualTo(folded);
    // An error is shown nevertheless, and with it what is folded by then.
    tool(id--, true);
    for (int step = 0; step < 100; step++) {
      tool(id--, false);
      harness.jump(20);
    }
    assertThat(trace(T1).getErrorCount()).isEqualTo(1);
    harness.pass(600_000);
    assertThat(trace(T1).getSpanCount()).isEqualTo(1_000 - id + 1);
    assertThat(decisions()).hasSize(21).doesNotContainKeys(folded.keySet().toArray(String[]::new));
  }

  private Map<String, Object> decisions() {
    Map<String, Object> decisions = new TreeMap<>(harness.rows);
    decisions.keySet().removeIf(key -> !key.startsWith("decision "));
    return decisions;
  }

  @Test
  void aCapThatIsLoweredAgainHoldsFromTheNextEmission() {
    harness = new AssemblerHarness(cap(20), START);
    run();
    for (int id = 2; id <= 40; id++) {
      tool(id, false);
    }
    harness.pass(600_000);
    harness.restart(cap(5));
    tool(41, false);
    harness.pass(600_000);
    assertThat(trace(T1).getDecisionCount()).isEqualTo(5);
  }

  @Test
  void aCapThatIsRaisedAndLoweredAgainLeavesNoDecisionBeyondIt() {
    harness = new AssemblerHarness(cap(5), START);
    run();
    for (int id = 2; id <= 40; id++) {
      tool(id, false);
    }
    harness.pass(600_000);
    harness.restart(cap(100));
    tool(41, false);
    harness.pass(600_000);
    assertThat(decisions()).hasSize(40);
    harness.restart(cap(5));
    tool(42, false);
    harness.pass(600_000);
    assertThat(trace(T1).getDecisionCount()).isEqualTo(5);
    assertThat(trace(T1).getSpanCount()).isEqualTo(42);
    assertThat(decisions()).hasSize(5);
  }

  @Test
  void aCapThatIsLoweredHoldsFromTheNextEmission() {
    harness = new AssemblerHarness(cap(100), START);
    run();
    for (int id = 2; id <= 40; id++) {
      tool(id, false);
    }
    harness.pass(600_000);
    assertThat(trace(T1).getDecisionCount()).isEqualTo(39);
    harness.restart(cap(5));
    feedback("f", 0, f -> f.setTraceId(T1));
    harness.pass(600_000);
    assertThat(trace(T1).getDecisionCount()).isEqualTo(5);
    assertThat(trace(T1).getFlags()).contains("span_cap");
    assertThat(trace(T1).getEscalated()).isTrue();
    assertThat(trace(T1).getSpanCount()).isEqualTo(40);
    assertThat(harness.rows.keySet().stream().filter(key -> key.startsWith("decision ")))
        .hasSize(5);
  }

  @Test
  void oneRecordFoldsALimitedNumberOfEventsHoweverLargeTheTracesAreThatAreDue() {
    int traces = 7;
    for (int trace = 1; trace <= traces; trace++) {
      for (int id = 1; id <= 10_000; id++) {
        span(TelemetryPlan.traceId(trace), id, id == 1 ? 0 : 1, false);
      }
    }
    harness.jump(600_000);
    harness.pass(1_000);
    assertThat(settled()).as("by one record").isEqualTo(5);
    harness.pass(1_000);
    assertThat(settled()).isEqualTo(traces);
  }

  private long settled() {
    return harness.rows.keySet().stream().filter(key -> key.startsWith("trace ")).count();
  }
}

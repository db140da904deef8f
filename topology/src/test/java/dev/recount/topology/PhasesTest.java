package dev.recount.topology;

import static dev.recount.topology.Spans.TRACE;
import static dev.recount.topology.Spans.agent;
import static dev.recount.topology.Spans.tool;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.Phase;
import dev.recount.avro.TraceRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a trace that runs for long shows while it runs, and when it settles all the same. */
@SuppressWarnings("NullAway.Init")
class PhasesTest {
  @TempDir Path stateDirectory;
  private Pipeline pipeline;

  @BeforeEach
  void start() {
    pipeline = new Pipeline(stateDirectory);
  }

  @AfterEach
  void stop() {
    pipeline.close();
  }

  private void restartWith(Map<String, String> settings) {
    pipeline.close();
    pipeline = new Pipeline(stateDirectory, TopologySettings.fromMap(settings));
  }

  /** A span every five seconds, so that the trace is never quiet; seconds at which rows came. */
  private List<Long> emissionsWhileRunningFor(Duration duration, Phase phase) {
    List<Long> emissions = new ArrayList<>();
    int id = 100;
    long end = duration.toSeconds();
    for (long second = 0; second < end; second += 5) {
      pipeline.send(tool(id++, 1, "inventory", 1000 * second, 1000 * second + 10).build());
      for (int i = 1; i <= 5; i++) {
        pipeline.pass(Duration.ofSeconds(1));
        for (TraceRecord row : pipeline.traceRecords()) {
          if (row.getPhase() == phase) {
            emissions.add(second + i);
          }
        }
      }
    }
    return emissions;
  }

  @Test
  void aLongRunIsShownAtGrowingIntervals() {
    List<Long> emissions = emissionsWhileRunningFor(Duration.ofMinutes(10), Phase.provisional);
    // After 30 seconds, then 30, 60, 120 and 240 later, to the tick.
    assertThat(emissions).hasSize(5);
    long[] expected = {30, 60, 120, 240, 480};
    for (int i = 0; i < expected.length; i++) {
      assertThat(emissions.get(i)).isBetween(expected[i], expected[i] + 2 * (i + 1));
    }
  }

  @Test
  void anEscalationIsVisibleWhileTheAgentStillRuns() {
    pipeline.send(tool(3, 1, "inventory", 900, 1000).build());
    pipeline.send(
        FeedbackEvent.newBuilder()
            .setFeedbackId("f-1")
            .setTraceId(TRACE)
            .setKind(FeedbackKind.ESCALATION)
            .setOccurredAt(Pipeline.START)
            .build());
    pipeline.pass(Duration.ofSeconds(3));
    TraceRecord trace = pipeline.traceRecords().get(0);
    assertThat(trace.getPhase()).isEqualTo(Phase.provisional);
    assertThat(trace.getEscalated()).isTrue();
  }

  @Test
  void aTraceThatNeverRestsSettlesAtItsMaximumAge() {
    restartWith(Map.of("settle.maximum.age.ms", "120000"));
    List<Long> settled = emissionsWhileRunningFor(Duration.ofMinutes(4), Phase.settled);
    assertThat(settled).hasSize(1);
    assertThat(settled.get(0)).isBetween(120L, 122L);
  }

  @Test
  void aProvisionalRowIsReplacedEvenWhereTheSettledOneSaysTheSame() {
    pipeline.send(tool(3, 1, "inventory", 900, 1000).build());
    pipeline.pass(Duration.ofSeconds(70));
    assertThat(pipeline.traceRecords())
        .extracting(TraceRecord::getPhase, TraceRecord::getRevision)
        .containsExactly(
            org.assertj.core.api.Assertions.tuple(Phase.provisional, 1L),
            org.assertj.core.api.Assertions.tuple(Phase.settled, 2L));
  }

  @Test
  void everyWaitIsASetting() {
    restartWith(
        Map.of(
            "settle.quiet.ms", "3000",
            "amend.quiet.ms", "5000",
            "provisional.urgent.ms", "2000"));
    pipeline.send(tool(3, 1, "inventory", 900, 1000).build(), agent(1, 0, 1100).build());
    pipeline.pass(Duration.ofSeconds(2));
    assertThat(pipeline.traceRecords()).isEmpty();
    pipeline.pass(Duration.ofSeconds(3));
    assertThat(pipeline.traceRecords()).hasSize(1);

    pipeline.send(tool(4, 1, "inventory", 900, 1000).build());
    pipeline.pass(Duration.ofSeconds(4));
    assertThat(pipeline.traceRecords()).isEmpty();
    pipeline.pass(Duration.ofSeconds(3));
    assertThat(pipeline.traceRecords())
        .extracting(TraceRecord::getPhase)
        .containsExactly(Phase.amended);

    assertThatThrownBy(() -> TopologySettings.fromMap(Map.of("settle.quite.ms", "1")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("settle.quiet.ms");
    assertThatThrownBy(() -> TopologySettings.fromMap(Map.of("settle.quiet.ms", "0")))
        .isInstanceOf(ConfigException.class);
  }

  @Test
  void spansThatAreHoursLateAmendTheRow() {
    pipeline.send(tool(3, 1, "inventory", 900, 1000).build(), agent(1, 0, 1100).build());
    pipeline.pass(Duration.ofSeconds(12));
    assertThat(pipeline.traceRecords()).hasSize(1);

    pipeline.pass(Duration.ofHours(7));
    pipeline.send(tool(4, 1, "refund", 300, 800).build());
    pipeline.pass(Duration.ofSeconds(3));
    TraceRecord amended = pipeline.traceRecords().get(0);
    assertThat(amended.getPhase()).isEqualTo(Phase.amended);
    assertThat(amended.getRevision()).isEqualTo(2);
    assertThat(amended.getSpanCount()).isEqualTo(3);
    assertThat(amended.getLateSpanCount()).isZero();
    assertThat(amended.getTools()).containsExactly("inventory", "refund");
    // The late one came first: the other is the second step now.
    assertThat(pipeline.decisionRecords())
        .filteredOn(row -> "inventory".equals(row.getToolName()))
        .last()
        .satisfies(row -> assertThat(row.getStep()).isEqualTo(2));
  }

  @Test
  void manyTracesThatAreDueAtOnceSettleWithinTheirQuietTimeAndTwoTicks() {
    for (int trace = 1; trace <= 900; trace++) {
      String id = String.format("%032x", trace);
      pipeline.send(agent(1, 0, 1100).setTraceId(Pipeline.id(id)).build());
    }
    pipeline.pass(Duration.ofSeconds(9));
    assertThat(pipeline.traceRecords()).isEmpty();
    pipeline.pass(Duration.ofSeconds(3));
    assertThat(pipeline.traceRecords()).hasSize(900);
    pipeline.pass(Duration.ofSeconds(30));
    assertThat(pipeline.traceRecords()).isEmpty();
  }

  @Test
  void feedbackThatWaitedForDaysDoesNotMakeItsTraceOld() {
    restartWith(Map.of("settle.maximum.age.ms", "120000"));
    pipeline.send(
        FeedbackEvent.newBuilder()
            .setFeedbackId("f-1")
            .setTraceId(TRACE)
            .setKind(FeedbackKind.RATING)
            .setOccurredAt(Pipeline.START)
            .build());
    pipeline.pass(Duration.ofMinutes(5));
    pipeline.send(tool(3, 1, "inventory", 900, 1000).build());
    pipeline.pass(Duration.ofSeconds(20));
    assertThat(pipeline.traceRecords()).isEmpty();
    pipeline.send(agent(1, 0, 1100).build());
    pipeline.pass(Duration.ofSeconds(12));
    assertThat(pipeline.traceRecords())
        .extracting(TraceRecord::getPhase, TraceRecord::getRevision)
        .containsExactly(org.assertj.core.api.Assertions.tuple(Phase.settled, 1L));
  }
}

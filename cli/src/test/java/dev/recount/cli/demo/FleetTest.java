package dev.recount.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.FeedbackKind;
import dev.recount.cli.demo.PlannedFeedback.Moment;
import dev.recount.schemas.TraceIds;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FleetTest {
  private static final Instant END = Instant.parse("2026-01-04T00:00:00Z");
  private final Fleet fleet = Fleet.plan(1, 200, END);

  @Test
  void theSameSeedGivesTheSameFleet() {
    assertThat(Fleet.plan(1, 200, END)).isEqualTo(fleet);
    assertThat(Fleet.plan(2, 200, END)).isNotEqualTo(fleet);
  }

  @Test
  void threeAgentsRunInTwoVersionsEach() {
    Set<String> versions =
        fleet.runs().stream().map(run -> run.profile().label()).collect(Collectors.toSet());
    assertThat(versions)
        .containsExactlyInAnyOrder(
            "order-agent 2.4.0",
            "order-agent 2.4.1",
            "support-agent 1.8.3",
            "support-agent 1.9.0",
            "research-agent 0.6.0",
            "research-agent 0.7.0");
  }

  @Test
  void everythingThatCanHappenHappens() {
    assertThat(fleet.runs().stream().map(Run::scenario).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(Scenario.values());
    assertThat(feedback().stream().map(PlannedFeedback::moment).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(Moment.values());
    assertThat(
            feedback().stream()
                .map(feedback -> feedback.event().getKind())
                .collect(Collectors.toSet()))
        .contains(
            FeedbackKind.RATING,
            FeedbackKind.EVALUATION,
            FeedbackKind.OUTCOME,
            FeedbackKind.ESCALATION,
            FeedbackKind.ROLLBACK);
  }

  @Test
  void idsAreValidAndDistinct() {
    Set<String> traces = new HashSet<>();
    Set<String> spans = new HashSet<>();
    for (Run run : fleet.runs()) {
      assertThat(TraceIds.isTraceId(run.traceId())).isTrue();
      assertThat(traces.add(run.traceId())).isTrue();
      for (PlannedSpan span : run.spans()) {
        assertThat(TraceIds.isSpanId(span.spanId())).isTrue();
        assertThat(spans.add(span.spanId())).isTrue();
      }
    }
  }

  @Test
  void everythingIsDeliveredOnceAndLateFeedbackLast() {
    List<Delivery> first = fleet.deliveries();
    List<Delivery> late = fleet.afterSettlement();
    assertThat(first.size() + late.size()).isEqualTo((int) fleet.eventCount());
    assertThat(Set.copyOf(first)).hasSameSizeAs(first);
    assertThat(late).isNotEmpty().doesNotContainAnyElementsOf(first);
  }

  @Test
  void rootsEndLastAndContainTheirChildren() {
    for (Run run : fleet.runs()) {
      PlannedSpan root = run.spans().get(run.spans().size() - 1);
      assertThat(root.parentSpanId()).isNull();
      for (PlannedSpan span : run.spans()) {
        assertThat(span.start()).isAfterOrEqualTo(root.start());
        assertThat(span.end()).isBeforeOrEqualTo(root.end()).isAfter(span.start());
      }
    }
  }

  @Test
  void nothingHappensInTheFuture() {
    assertThat(fleet.runs())
        .allSatisfy(run -> assertThat(run.spans().get(run.spans().size() - 1).end()).isBefore(END));
  }

  @Test
  void loopsRepeatOneCallAndPressureOverflowsWindows() {
    assertThat(fleet.runs())
        .filteredOn(run -> run.scenario() == Scenario.TOOL_LOOP)
        .isNotEmpty()
        .allSatisfy(
            run ->
                assertThat(
                        run.decisions().stream()
                            .filter(decision -> decision.getToolArguments() != null)
                            .map(decision -> decision.getToolArguments())
                            .distinct())
                    .hasSize(1));
    assertThat(fleet.runs())
        .filteredOn(run -> run.scenario() == Scenario.CONTEXT_PRESSURE)
        .isNotEmpty()
        .allSatisfy(
            run ->
                assertThat(run.snapshots())
                    .anySatisfy(
                        snapshot ->
                            assertThat(snapshot.getSegments())
                                .anyMatch(segment -> segment.getTruncated())));
  }

  private List<PlannedFeedback> feedback() {
    return fleet.runs().stream().flatMap(run -> run.feedback().stream()).toList();
  }
}

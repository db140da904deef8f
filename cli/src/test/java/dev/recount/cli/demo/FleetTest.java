package dev.recount.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.SegmentKind;
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

  @Test
  void windowsHoldAsMuchTextAsTheyCount() {
    assertThat(snapshots())
        .allSatisfy(
            window -> {
              long counted = 0;
              for (ContextSegment segment : window.getSegments()) {
                assertThat(segment.getTokenCount())
                    .isEqualTo((segment.getContent().length() + 3) / 4);
                counted += segment.getTokenCount();
              }
              assertThat(window.getTokenCount()).isEqualTo(counted);
            });
  }

  @Test
  void everyWindowHoldsSomethingNewAndMostOfTheOneBefore() {
    for (Run run : fleet.runs()) {
      for (int i = 1; i < run.snapshots().size(); i++) {
        Set<String> before = contents(run.snapshots().get(i - 1));
        Set<String> now = contents(run.snapshots().get(i));
        assertThat(now).anyMatch(content -> !before.contains(content));
        assertThat(now).anyMatch(before::contains);
      }
    }
  }

  @Test
  void crowdedWindowsAreCutSummedUpAndLoseTheirInstructions() {
    List<ContextSnapshot> crowded =
        fleet.runs().stream()
            .filter(run -> run.scenario() == Scenario.CONTEXT_PRESSURE)
            .flatMap(run -> run.snapshots().stream())
            .toList();
    assertThat(crowded)
        .anySatisfy(window -> assertThat(kinds(window)).contains(SegmentKind.SUMMARY))
        .anySatisfy(window -> assertThat(kinds(window)).doesNotContain(SegmentKind.SYSTEM));
    assertThat(crowded.stream().flatMap(window -> window.getSegments().stream()))
        .filteredOn(ContextSegment::getTruncated)
        .isNotEmpty()
        .allSatisfy(
            segment -> {
              assertThat(segment.getOriginalTokenCount()).isGreaterThan(segment.getTokenCount());
              assertThat(segment.getContent()).endsWith("[cut]");
            });
  }

  @Test
  void theNewOrderAgentComesAtHalfTimeAndFailsMore() {
    Instant middle = END.minus(Fleet.PERIOD.dividedBy(2));
    List<Run> successors =
        fleet.runs().stream().filter(run -> run.profile().version().equals("2.4.1")).toList();
    long late =
        successors.stream().filter(run -> run.spans().get(0).start().isAfter(middle)).count();
    assertThat(late).isBetween(2 * (successors.size() - late), 4 * (successors.size() - late));
    assertThat(failures("2.4.1")).isGreaterThan(failures("2.4.0") + 0.3);
  }

  private double failures(String version) {
    return fleet.runs().stream()
        .filter(run -> run.profile().version().equals(version))
        .mapToInt(run -> run.spans().get(run.spans().size() - 1).failure() == null ? 0 : 1)
        .average()
        .orElseThrow();
  }

  private List<ContextSnapshot> snapshots() {
    return fleet.runs().stream().flatMap(run -> run.snapshots().stream()).toList();
  }

  private static Set<String> contents(ContextSnapshot window) {
    return window.getSegments().stream()
        .map(ContextSegment::getContent)
        .collect(Collectors.toSet());
  }

  private static List<SegmentKind> kinds(ContextSnapshot window) {
    return window.getSegments().stream().map(ContextSegment::getKind).toList();
  }

  private List<PlannedFeedback> feedback() {
    return fleet.runs().stream().flatMap(run -> run.feedback().stream()).toList();
  }
}

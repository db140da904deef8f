package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.ConfigurationChange;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.topology.Configuration;
import dev.recount.topology.TopologySettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.arbitraries.ListArbitrary;
import org.jspecify.annotations.Nullable;

/** The same set of events ends in the same rows, however they arrive. */
class ArrivalOrderTest {
  private static final long START = 1_772_366_400_000L;

  /** Longer than every wait of the lifecycle but the retention. */
  private static final long LONG_ENOUGH = 20 * 60_000;

  /** Shorter than that, for traces that are to expire; longer than any pause. */
  private static final long RETENTION = 5 * 60_000;

  /** How one event arrives in the disorderly run. */
  record Arrival(TelemetryPlan plan, int position, int copies, int pauseMillis, boolean restart) {
    /** Other telemetry that arrives the same way. */
    Arrival of(TelemetryPlan other) {
      return new Arrival(other, position, copies, pauseMillis, restart);
    }
  }

  @Property(tries = 1500, edgeCases = EdgeCasesMode.NONE)
  void anyOrderBatchingDuplicationAndRestartEndsInTheSameRows(
      @ForAll("arrivals") List<Arrival> arrivals) {
    assertThat(AssemblerHarness.differences(inOrder(arrivals), disorderly(arrivals))).isEmpty();
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void whatIsFoldedOfATraceOverItsCapDoesNotDependOnOrderEither(
      @ForAll("arrivals") List<Arrival> arrivals) {
    TopologySettings small = TopologySettings.fromMap(Map.of("span.cap", "3"));
    assertThat(AssemblerHarness.differences(inOrder(arrivals, small), disorderly(arrivals, small)))
        .isEmpty();
  }

  /** The lists above are mostly short, so that a counter-example can be read. */
  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
  void tracesOfHundredsOfEventsEndInTheSameRowsAndSpans(
      @ForAll("manyArrivals") List<Arrival> arrivals) {
    for (String cap : new String[] {"20000", "12"}) {
      TopologySettings settings = TopologySettings.fromMap(Map.of("span.cap", cap));
      AssemblerHarness inOrder = inOrder(arrivals, settings);
      AssemblerHarness disorderly = disorderly(arrivals, settings);
      assertThat(AssemblerHarness.differences(inOrder, disorderly)).isEmpty();
      assertThat(disorderly.spans).isEqualTo(inOrder.spans);
      assertOneRowEach(disorderly);
    }
  }

  private static void assertOneRowEach(AssemblerHarness harness) {
    harness.keyTimes.forEach((row, times) -> assertThat(times).as(row).hasSize(1));
  }

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void treesThatAreBrokenAndSpansWithoutAnEndDoSoToo(
      @ForAll("manyArrivals") List<Arrival> arrivals) {
    List<Arrival> broken =
        arrivals.stream().map(arrival -> arrival.of(TelemetryPlan.broken(arrival.plan()))).toList();
    for (String cap : new String[] {"20000", "12", "3"}) {
      TopologySettings settings = TopologySettings.fromMap(Map.of("span.cap", cap));
      AssemblerHarness inOrder = inOrder(broken, settings);
      AssemblerHarness disorderly = disorderly(broken, settings);
      assertThat(AssemblerHarness.differences(inOrder, disorderly)).as("cap " + cap).isEmpty();
      assertThat(disorderly.spans).isEqualTo(inOrder.spans);
    }
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void oneErrorAfterAnotherEndsInTheSameRows(@ForAll("failures") List<Arrival> failures) {
    assertThat(AssemblerHarness.differences(inOrder(failures), disorderly(failures))).isEmpty();
    TopologySettings small = TopologySettings.fromMap(Map.of("span.cap", "20"));
    assertThat(AssemblerHarness.differences(inOrder(failures, small), disorderly(failures, small)))
        .isEmpty();
  }

  /**
   * What has expired knows less of what comes late than what has not, so that only what comes once
   * more is put here: an anchor knows it, and the rows stay as they were.
   */
  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void whatComesOnceMoreAfterExpiryChangesNothing(@ForAll("arrivals") List<Arrival> arrivals) {
    TopologySettings shortLived =
        TopologySettings.fromMap(
            Map.of(
                "state.retention.ms", Long.toString(RETENTION),
                "feedback.wait.ms", Long.toString(LONG_ENOUGH / 2)));
    AssemblerHarness once = inOrder(arrivals, shortLived);
    AssemblerHarness again = inOrder(arrivals, shortLived);
    for (Arrival arrival : arrivals) {
      if (!(arrival.plan() instanceof TelemetryPlan.PlannedFeedback)) {
        arrival.plan().events().forEach(event -> again.append(event.key(), event.event()));
      }
    }
    again.pass(LONG_ENOUGH);
    again.pass(2 * RETENTION);
    assertThat(AssemblerHarness.differences(once, again)).isEmpty();
  }

  /** Feedback joins the anchor of a trace as it would have joined the trace. */
  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void feedbackAfterExpiryEndsInTheSameRows(@ForAll("arrivals") List<Arrival> arrivals) {
    feedbackAfterExpiry(arrivals, "20000");
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void feedbackAfterTheExpiryOfTracesOverTheirCapDoesSoToo(
      @ForAll("arrivals") List<Arrival> arrivals) {
    feedbackAfterExpiry(arrivals, "3");
  }

  private static void feedbackAfterExpiry(List<Arrival> arrivals, String cap) {
    TopologySettings shortLived =
        TopologySettings.fromMap(
            Map.of("state.retention.ms", Long.toString(RETENTION), "span.cap", cap));
    TopologySettings longLived = TopologySettings.fromMap(Map.of("span.cap", cap));
    AssemblerHarness late = judged(shortLived, null);
    for (boolean feedback : new boolean[] {false, true}) {
      for (Arrival arrival : arrivals) {
        if (arrival.plan() instanceof TelemetryPlan.PlannedFeedback == feedback) {
          arrival.plan().events().forEach(event -> late.append(event.key(), event.event()));
        }
      }
      // Beyond the traces' expiry, and not beyond what is remembered of their aliases.
      late.pass(RETENTION + 2 * 60_000);
    }
    late.pass(LONG_ENOUGH);
    assertThat(AssemblerHarness.differences(inOrder(arrivals, longLived), late)).isEmpty();
    assertOneRowEach(late);
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void theSameLogGivesTheSameBytes(@ForAll("arrivals") List<Arrival> arrivals) {
    assertThat(disorderly(arrivals).written).isEqualTo(disorderly(arrivals).written);
  }

  /**
   * Feedback aside: the time of an edition decides which holds, whatever it is about. Sessions
   * aside too: what one trace asked another one of its session may have answered.
   */
  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void aClockThatIsWrongHarmsNoOtherTrace(
      @ForAll("arrivals") List<Arrival> arrivals, @ForAll("wildTimes") long wild) {
    List<Arrival> right = new ArrayList<>();
    List<Arrival> wrong = new ArrayList<>();
    for (Arrival arrival : arrivals) {
      TelemetryPlan plan = arrival.plan().withoutSession();
      boolean spared = plan.trace() == 1 || plan instanceof TelemetryPlan.PlannedFeedback;
      right.add(arrival.of(plan));
      wrong.add(arrival.of(spared ? plan : plan.stamped(wild)));
    }
    assertThat(writtenOfFirstTrace(disorderly(wrong)))
        .isEqualTo(writtenOfFirstTrace(disorderly(right)));
  }

  /** Every record of trace 1: its bytes, with phase, revision and key time, in order. */
  private static List<String> writtenOfFirstTrace(AssemblerHarness harness) {
    return harness.written.stream()
        .filter(record -> record.contains(" " + TelemetryPlan.traceId(1)))
        .toList();
  }

  @Provide
  Arbitrary<Long> wildTimes() {
    return Arbitraries.of(TelemetryPlan.WILD_TIMES);
  }

  /** With all evaluators in force from the beginning. */
  private static AssemblerHarness judged(TopologySettings settings, @Nullable Random delays) {
    AssemblerHarness harness = new AssemblerHarness(settings, START, delays);
    TraceEvent event = new TraceEvent();
    event.setKind(TraceEventKind.CONFIG);
    event.setIdentity(Configuration.EVALUATORS);
    event.setPayload(new ConfigurationChange(0, Configuration.EVALUATORS, "default", ""));
    harness.append(TickPartitioner.configuration(0), event);
    return harness;
  }

  private static AssemblerHarness inOrder(List<Arrival> arrivals) {
    return inOrder(arrivals, TopologySettings.defaults());
  }

  private static AssemblerHarness inOrder(List<Arrival> arrivals, TopologySettings settings) {
    AssemblerHarness harness = judged(settings, null);
    for (Arrival arrival : arrivals) {
      arrival.plan().events().forEach(event -> harness.append(event.key(), event.event()));
    }
    harness.pass(LONG_ENOUGH);
    return harness;
  }

  private static AssemblerHarness disorderly(List<Arrival> arrivals) {
    return disorderly(arrivals, TopologySettings.defaults());
  }

  private static AssemblerHarness disorderly(List<Arrival> arrivals, TopologySettings settings) {
    Random delays = new Random(arrivals.stream().mapToLong(Arrival::position).sum());
    AssemblerHarness harness = judged(settings, delays);
    List<Arrival> order = new ArrayList<>();
    for (Arrival arrival : arrivals) {
      for (int copy = 0; copy < arrival.copies(); copy++) {
        order.add(
            new Arrival(
                arrival.plan(),
                arrival.position() ^ (copy * 0x5bd1e995),
                1,
                arrival.pauseMillis(),
                arrival.restart()));
      }
    }
    order.sort(Comparator.comparingInt(Arrival::position));
    for (Arrival arrival : order) {
      if (arrival.restart()) {
        harness.restart();
      }
      List<TelemetryPlan.Keyed> events = new ArrayList<>(arrival.plan().events());
      if (arrival.position() % 2 == 0) {
        java.util.Collections.reverse(events);
      }
      events.forEach(event -> harness.append(event.key(), event.event()));
      if (arrival.pauseMillis() > 0) {
        harness.pass(arrival.pauseMillis());
      }
    }
    harness.pass(LONG_ENOUGH);
    return harness;
  }

  @Provide
  Arbitrary<List<Arrival>> arrivals() {
    return arrivals(TelemetryPlan.plans()).ofMaxSize(400);
  }

  @Provide
  Arbitrary<List<Arrival>> manyArrivals() {
    return arrivals(TelemetryPlan.plans()).ofMinSize(120).ofMaxSize(400);
  }

  @Provide
  Arbitrary<List<Arrival>> failures() {
    return arrivals(TelemetryPlan.failures()).ofMaxSize(400);
  }

  private static ListArbitrary<Arrival> arrivals(Arbitrary<TelemetryPlan> plans) {
    Arbitrary<Integer> pause =
        Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(20, Arbitraries.just(0)),
            net.jqwik.api.Tuple.of(2, Arbitraries.integers().between(1, 3_000)),
            net.jqwik.api.Tuple.of(1, Arbitraries.integers().between(10_000, 70_000)));
    Arbitrary<Boolean> restart =
        Arbitraries.frequency(net.jqwik.api.Tuple.of(9, false), net.jqwik.api.Tuple.of(1, true));
    return Combinators.combine(
            plans, Arbitraries.integers(), Arbitraries.integers().between(1, 2), pause, restart)
        .as(Arrival::new)
        .list();
  }
}

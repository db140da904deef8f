package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.ConfigurationChange;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.avro.TraceRecord;
import dev.recount.topology.TopologySettings;
import dev.recount.topology.sampling.RuleSet;
import java.util.ArrayList;
import java.util.Collections;
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
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * Which traces are kept does not depend on the order of arrival, either. More may be kept where an
 * edition that was replaced was worth keeping: what is kept is never given up.
 */
class SampledArrivalsTest {
  private static final long LONG_ENOUGH = 20 * 60_000;

  /** A share that splits the traces of the plans. */
  private static final String RULES = RuleSet.defaultRules().replace("10%", "50%");

  /** A piece of telemetry, and how long nothing comes after it. */
  record Arrival(TelemetryPlan plan, int pauseMillis, boolean restart) {}

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void whatTheWholeTraceIsWorthIsWhatItGets(
      @ForAll("arrivals") List<Arrival> arrivals, @ForAll long seed) {
    AssemblerHarness whole = start(null);
    arrivals.forEach(arrival -> append(whole, arrival));
    whole.pass(LONG_ENOUGH);

    AssemblerHarness late = start(new Random(seed));
    List<Arrival> shuffled = new ArrayList<>(arrivals);
    Collections.shuffle(shuffled, new Random(seed));
    for (Arrival arrival : shuffled) {
      if (arrival.restart()) {
        late.restart();
      }
      append(late, arrival);
      late.pass(arrival.pauseMillis());
    }
    late.pass(LONG_ENOUGH);

    assertThat(traces(late).keySet()).isEqualTo(traces(whole).keySet());
    traces(whole)
        .forEach(
            (key, expected) -> {
              TraceRecord actual = traces(late).getOrDefault(key, expected);
              String trace = actual.getTraceId();
              if (expected.getRetained()) {
                assertThat(actual.getRetained()).isTrue();
                assertThat(actual.getRetainedBy()).isEqualTo(expected.getRetainedBy());
                assertThat(actual.getSampleWeight()).isEqualTo(expected.getSampleWeight());
                assertThat(spans(late, trace)).isEqualTo(spans(whole, trace));
              }
              assertThat(spans(late, trace))
                  .hasSize(actual.getRetained() ? Math.toIntExact(actual.getSpanCount()) : 0);
            });
    // Bodies of kept traces are all there.
    assertThat(late.bodies).containsAll(whole.bodies);
  }

  private static Map<String, TraceRecord> traces(AssemblerHarness harness) {
    Map<String, TraceRecord> traces = new TreeMap<>();
    harness.rows.forEach(
        (key, row) -> {
          if (row instanceof TraceRecord trace) {
            traces.put(key, trace);
          }
        });
    return traces;
  }

  private static Map<String, String> spans(AssemblerHarness harness, String trace) {
    Map<String, String> spans = new TreeMap<>(harness.spans);
    spans.keySet().removeIf(key -> !key.startsWith(trace));
    return spans;
  }

  private static void append(AssemblerHarness harness, Arrival arrival) {
    arrival.plan().events().forEach(event -> harness.append(event.key(), event.event()));
  }

  private static AssemblerHarness start(@Nullable Random delays) {
    AssemblerHarness harness =
        new AssemblerHarness(TopologySettings.defaults(), TelemetryPlan.START, delays);
    TraceEvent event = new TraceEvent();
    event.setKind(TraceEventKind.CONFIG);
    event.setIdentity("sampling");
    event.setPayload(new ConfigurationChange(0, "sampling", RULES));
    harness.append(TickPartitioner.configuration(0), event);
    return harness;
  }

  @Provide
  Arbitrary<List<Arrival>> arrivals() {
    Arbitrary<Integer> pause =
        Arbitraries.frequencyOf(
            Tuple.of(20, Arbitraries.just(0)),
            Tuple.of(2, Arbitraries.integers().between(1, 3_000)),
            Tuple.of(1, Arbitraries.integers().between(10_000, 70_000)));
    Arbitrary<Boolean> restart = Arbitraries.frequency(Tuple.of(9, false), Tuple.of(1, true));
    return Combinators.combine(TelemetryPlan.plans(), pause, restart)
        .as(Arrival::new)
        .list()
        .ofMaxSize(200);
  }
}

package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.recount.avro.AliasKind;
import dev.recount.avro.ConfigurationChange;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.topology.AliasKeys;
import dev.recount.topology.CallKeys;
import dev.recount.topology.Configuration;
import dev.recount.topology.Configuration.Replacement;
import dev.recount.topology.FeedbackKeys;
import dev.recount.topology.TopologySettings;
import dev.recount.topology.sampling.RuleSet;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/** An application that was derived from what is left of a log goes on as its predecessor would. */
class CarriedStateTest {
  private static final long START = TelemetryPlan.START;
  private static final long RETENTION = 60_000;
  private static final long LONG_ENOUGH = 5 * 60_000;

  private static final List<String> RULES =
      List.of(
          "",
          RuleSet.defaultRules(),
          """
          rules:
            - {name: nothing, decision: drop}
          """);

  /** What is sent, how long nothing is before it, and which rules come into force: -1 for none. */
  record Step(TelemetryPlan plan, int pauseMillis, int rules) {}

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void fromTheHandOverOnItWritesTheSameBytes(
      @ForAll("steps") List<Step> steps, @ForAll @IntRange(max = 99) int cutPercent) {
    AssemblerHarness predecessor = new AssemblerHarness(settings("true"), START);
    say(predecessor, Configuration.EVALUATORS, "default");
    int handOver = steps.size() * 2 / 3;
    steps.subList(0, handOver).forEach(step -> run(predecessor, step));
    AssemblerHarness successor = successor(predecessor, cutPercent);
    goOnAlike(predecessor, successor, steps.subList(handOver, steps.size()));
  }

  /** Also where the predecessor was such a successor itself. */
  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void andSoDoesTheSuccessorOfOne(
      @ForAll("steps") List<Step> steps,
      @ForAll @IntRange(max = 50) int firstCutPercent,
      @ForAll @IntRange(min = 50, max = 99) int cutPercent) {
    AssemblerHarness first = new AssemblerHarness(settings("true"), START);
    say(first, Configuration.EVALUATORS, "default");
    int third = steps.size() / 3;
    steps.subList(0, third).forEach(step -> run(first, step));
    AssemblerHarness second = successor(first, firstCutPercent);
    steps.subList(third, 2 * third).forEach(step -> run(first, step));
    steps.subList(third, 2 * third).forEach(step -> run(second, step));
    AssemblerHarness successor = successor(second, cutPercent, cutPercent, first.log);
    goOnAlike(first, successor, steps.subList(2 * third, steps.size()));
  }

  /** Also where another partition has lost more, so that here the log tells of earlier settings. */
  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void andSoItDoesWhereTheLogOfThisPartitionReachesFurtherBack(
      @ForAll("steps") List<Step> steps,
      @ForAll @IntRange(max = 99) int cutPercent,
      @ForAll @IntRange(max = 99) int horizonPercent) {
    AssemblerHarness predecessor = new AssemblerHarness(settings("true"), START);
    say(predecessor, Configuration.EVALUATORS, "default");
    int handOver = steps.size() * 2 / 3;
    steps.subList(0, handOver).forEach(step -> run(predecessor, step));
    AssemblerHarness successor =
        successor(predecessor, cutPercent * horizonPercent / 100, horizonPercent, predecessor.log);
    goOnAlike(predecessor, successor, steps.subList(handOver, steps.size()));
  }

  /** Of the limited number that a record fires, the predecessor may have come to it first. */
  @Example
  void thatATimerOfALaterLinkHasFiredIsNotCarriedOver() {
    CarriedState carried = new CarriedState(Instant.ofEpochMilli(START));
    FeedbackState earlier = new FeedbackState();
    earlier.firstAppend = START - 1;
    FeedbackState later = new FeedbackState();
    later.firstAppend = START;
    carried.survey(Stores.LINKS, Stores.key(FeedbackKeys.of("e")).get(), earlier.encode());
    carried.survey(Stores.LINKS, Stores.key(FeedbackKeys.of("l")).get(), later.encode());
    byte[] ofEarlier = timer(FeedbackKeys.of("e"));
    byte[] ofLater = timer(FeedbackKeys.of("l"));
    assertThat(carried.goesOver(Stores.TIMERS, ofEarlier)).isTrue();
    assertThat(carried.givesWay(Stores.TIMERS, ofEarlier)).isTrue();
    assertThat(carried.goesOver(Stores.TIMERS, ofLater)).isFalse();
    assertThat(carried.givesWay(Stores.TIMERS, ofLater)).isFalse();
  }

  @Example
  void mentionsThatAreSpareGoOverWithTheirCall() {
    CarriedState carried = new CarriedState(Instant.ofEpochMilli(START));
    CallState earlier = new CallState();
    earlier.firstAppend = START - 1;
    CallState later = new CallState();
    later.firstAppend = START + 1;
    carried.survey(Stores.LINKS, Stores.key(CallKeys.of("e")).get(), earlier.encode());
    carried.survey(Stores.LINKS, Stores.key(CallKeys.of("l")).get(), later.encode());
    byte[] ofEarlier = Stores.key("spare:" + CallKeys.of("e") + "/asked/t").get();
    byte[] ofLater = Stores.key("spare:" + CallKeys.of("l") + "/asked/t").get();
    carried.survey(Stores.LINKS, ofEarlier, new byte[Long.BYTES]);
    carried.survey(Stores.LINKS, ofLater, new byte[Long.BYTES]);
    assertThat(carried.goesOver(Stores.LINKS, ofEarlier)).isTrue();
    assertThat(carried.givesWay(Stores.LINKS, ofEarlier)).isTrue();
    assertThat(carried.goesOver(Stores.LINKS, ofLater)).isFalse();
  }

  private static byte[] timer(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Long.BYTES + bytes.length).putLong(START).put(bytes).array();
  }

  /** A successor would stop at the first of them that it reads. */
  @Example
  void stateInAFormOfAnotherVersionIsRefusedWhateverItIsOf() {
    CarriedState carried = new CarriedState(Instant.ofEpochMilli(START));
    Map<String, KeyedState> links =
        Map.of(
            AliasKeys.of(AliasKind.SESSION_ID, "s"),
            new AliasState(),
            FeedbackKeys.of("f"),
            new FeedbackState(),
            CallKeys.of("c"),
            new CallState());
    links.forEach(
        (key, state) -> {
          byte[] value = state.encode();
          byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
          carried.survey(Stores.LINKS, keyBytes, value);
          assertThat(carried.goesOver(Stores.LINKS, keyBytes)).isTrue();
          value[0]++;
          assertThatThrownBy(() -> carried.survey(Stores.LINKS, keyBytes, value))
              .isInstanceOf(OtherVersionException.class)
              .hasMessageContaining(state.getClass().getSimpleName());
        });
    byte[] anchor = new byte[64];
    Deflater deflater = new Deflater();
    deflater.setInput(new byte[] {99, 0, 0, 0, 0, 0, 0, 0, 1});
    deflater.finish();
    deflater.deflate(anchor, Long.BYTES, anchor.length - Long.BYTES);
    deflater.end();
    byte[] key = (TelemetryPlan.traceId(1) + "\0\0\0\0\0").getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> carried.survey(Stores.ANCHORS, key, anchor))
        .isInstanceOf(OtherVersionException.class);
  }

  private static void goOnAlike(
      AssemblerHarness predecessor, AssemblerHarness successor, List<Step> steps) {
    int before = predecessor.written.size();
    int beforeIt = successor.written.size();
    for (AssemblerHarness either : List.of(predecessor, successor)) {
      steps.forEach(step -> run(either, step));
      either.pass(LONG_ENOUGH);
    }
    assertThat(successor.written.subList(beforeIt, successor.written.size()))
        .isEqualTo(predecessor.written.subList(before, predecessor.written.size()));
  }

  /** Derives a successor from the rest of the log, and has it take over. */
  private static AssemblerHarness successor(AssemblerHarness predecessor, int cutPercent) {
    return successor(predecessor, cutPercent, cutPercent, predecessor.log);
  }

  /**
   * Likewise, where a partition that is left out has been cut later.
   *
   * @param all what has ever been in the log
   */
  private static AssemblerHarness successor(
      AssemblerHarness predecessor,
      int cutPercent,
      int horizonPercent,
      List<AssemblerHarness.Logged> all) {
    List<AssemblerHarness.Logged> log = List.copyOf(predecessor.log);
    List<AssemblerHarness.Logged> rest = log.subList(log.size() * cutPercent / 100, log.size());
    Instant horizon = Instant.ofEpochMilli(log.get(log.size() * horizonPercent / 100).time() + 1);
    Assume.that(Collections.disjoint(aheadOfTheirTrace(all, horizon), logged(rest)));
    Map<String, Replacement> inForce = new TreeMap<>();
    for (String name : List.of(Configuration.SAMPLING, Configuration.EVALUATORS)) {
      predecessor
          .configured()
          .at(name, horizon.toEpochMilli())
          .ifPresent(edition -> inForce.put(name, edition.inPlaceOfTheLog("")));
    }
    AssemblerHarness successor = new AssemblerHarness(settings("false"), START, null, inForce);
    successor.replay(rest);
    successor.succeed(predecessor, horizon, settings("true"));
    return successor;
  }

  /** Traces of which something is before a time, but none of the spans by which they are as old. */
  private static Set<String> aheadOfTheirTrace(List<AssemblerHarness.Logged> log, Instant horizon) {
    Set<String> ahead = new TreeSet<>();
    Set<String> begun = new TreeSet<>();
    for (AssemblerHarness.Logged entry : log) {
      if (entry.time() < horizon.toEpochMilli()) {
        switch (AssemblerHarness.CODECS.traceEvents().decode(entry.value()).getKind()) {
          case SPAN, SNAPSHOT, DECISION -> begun.add(entry.key());
          default -> ahead.add(entry.key());
        }
      }
    }
    ahead.removeAll(begun);
    ahead.removeIf(key -> !key.matches("[0-9a-f]{32}"));
    return ahead;
  }

  private static Set<String> logged(List<AssemblerHarness.Logged> log) {
    return log.stream().map(AssemblerHarness.Logged::key).collect(Collectors.toSet());
  }

  private static TopologySettings settings(String live) {
    return TopologySettings.fromMap(
        Map.of(
            "live",
            live,
            "state.retention.ms",
            Long.toString(RETENTION),
            "feedback.wait.ms",
            "20000"));
  }

  private static void run(AssemblerHarness harness, Step step) {
    if (step.pauseMillis() > 0) {
      harness.pass(step.pauseMillis());
    }
    if (step.rules() >= 0) {
      say(harness, Configuration.SAMPLING, RULES.get(step.rules()));
    }
    step.plan().events().forEach(event -> harness.append(event.key(), event.event()));
  }

  private static void say(AssemblerHarness harness, String name, String text) {
    TraceEvent event = new TraceEvent();
    event.setKind(TraceEventKind.CONFIG);
    event.setIdentity(name);
    event.setPayload(new ConfigurationChange(0, name, text, ""));
    harness.append(TickPartitioner.configuration(0), event);
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Integer> pause =
        Arbitraries.frequencyOf(
            Tuple.of(20, Arbitraries.just(0)),
            Tuple.of(4, Arbitraries.integers().between(1, 3_000)),
            Tuple.of(2, Arbitraries.integers().between(10_000, 70_000)));
    Arbitrary<Integer> rules =
        Arbitraries.frequency(Tuple.of(30, -1), Tuple.of(1, 0), Tuple.of(1, 1), Tuple.of(1, 2));
    return Combinators.combine(TelemetryPlan.plans(), pause, rules)
        .as(Step::new)
        .list()
        .ofMinSize(9)
        .ofMaxSize(150);
  }
}

package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.Phase;
import dev.recount.topology.TopologySettings;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How long a trace rests after an emission. */
class LifecycleRulesTest {
  private static final long SETTLED = 100_000;

  private final LifecycleRules rules =
      new LifecycleRules(
          TopologySettings.fromMap(
              Map.of("settle.quiet.ms", "1000", "amend.quiet.ms", "100", "span.cap", "20000")));

  /** A trace that has been emitted as settled and has a late event since. */
  private TraceHeader amended(long spans) {
    TraceHeader header = new TraceHeader();
    header.spans = spans;
    rules.touch(header, SETTLED - 2_000, false);
    rules.emitted(header, Phase.settled, SETTLED);
    header.spans++;
    rules.touch(header, SETTLED + 1, false);
    return header;
  }

  @Test
  void aSmallTraceIsAmendedAsSoonAsItIsQuiet() {
    assertThat(rules.due(amended(10))).isEqualTo(SETTLED + 101);
  }

  @Test
  void aLargeTraceRestsForAsLongAsItsFoldIsWorth() {
    TraceHeader header = amended(19_000);
    assertThat(rules.due(header)).isEqualTo(SETTLED + 9_500);
    assertThat(rules.emission(header, SETTLED + 9_499)).isNull();
    assertThat(rules.emission(header, SETTLED + 9_500)).isEqualTo(Phase.amended);
  }

  @Test
  void beyondTheCapTheRestGrowsNoMore() {
    assertThat(rules.due(amended(1_000_000))).isEqualTo(SETTLED + 30_000);
  }

  @Test
  void anErrorIsShownAfterTheRestToo() {
    TraceHeader header = new TraceHeader();
    header.spans = 10_000;
    rules.touch(header, 1, false);
    rules.emitted(header, Phase.provisional, SETTLED);
    rules.touch(header, SETTLED + 1, true);
    assertThat(rules.emission(header, SETTLED + 4_999)).isNull();
    assertThat(rules.emission(header, SETTLED + 5_000)).isEqualTo(Phase.provisional);
  }

  @Test
  void restDoesNotDelaySettling() {
    TraceHeader header = new TraceHeader();
    header.spans = 10_000;
    header.setRootEnded();
    rules.touch(header, SETTLED - 10, false);
    rules.emitted(header, Phase.provisional, SETTLED);
    rules.touch(header, SETTLED + 1, false);
    assertThat(rules.due(header)).isEqualTo(SETTLED + 1_001);
  }
}

package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.Phase;
import dev.recount.topology.TopologySettings;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How long a trace rests after an emission. */
class LifecycleRulesTest {
  private static final long SETTLED = 100_000;
  private static final long TEN_MINUTES = 600_000;

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
  void aTraceOfWhichOthersWouldBeFoldedWaitsForAPauseOrForAHundredTimesWhatFoldingCosts() {
    TraceHeader header = amended(1_000_000);
    header.lastFold = new LastFold(20_000);
    header.lastFold.overtake();
    long since = header.unemittedSince;
    for (long now = since; now < since + 600_000; now += 500) {
      rules.touch(header, now, false);
      assertThat(rules.foldsOthers(header, now)).isFalse();
      if (rules.emission(header, now) != null) {
        rules.emitted(header, Phase.amended, now);
      }
    }
    assertThat(rules.foldsOthers(header, since + 600_000)).as("it has grown for long").isTrue();
    header.unemittedSince = header.lastAppend;
    assertThat(rules.foldsOthers(header, header.lastAppend + 999)).isFalse();
    assertThat(rules.foldsOthers(header, header.lastAppend + 1_000)).as("it pauses").isTrue();
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
  void anEscalationThatCameBeforeItsTraceHasTheTraceShownSoon() {
    TraceHeader header = new TraceHeader();
    header.firstAppend = SETTLED;
    header.feedback = 1;
    rules.touch(header, SETTLED - 60_000, true);
    header.spans = 1;
    rules.touch(header, SETTLED, false);
    assertThat(rules.due(header)).isEqualTo(SETTLED + 1_000);
    assertThat(rules.emission(header, SETTLED + 1_000)).isEqualTo(Phase.provisional);
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

  /** A trace that is shown at growing intervals for ten minutes. */
  private TraceHeader running() {
    TraceHeader header = new TraceHeader();
    header.spans = 10;
    header.firstAppend = 1;
    for (long now = 1; now < TEN_MINUTES; now += 500) {
      rules.touch(header, now, false);
      if (rules.emission(header, now) == Phase.provisional) {
        rules.emitted(header, Phase.provisional, now);
      }
    }
    return header;
  }

  @Test
  void aSuspicionIsFollowedAtOnceHoweverLongTheTraceHasRun() {
    TraceHeader header = running();
    rules.touch(header, TEN_MINUTES, false);
    assertThat(rules.suspect(header, TEN_MINUTES, false)).isTrue();
    assertThat(rules.due(header)).isEqualTo(TEN_MINUTES + 50);
    // One after another at longer intervals: each time the trace is folded.
    rules.emitted(header, Phase.provisional, TEN_MINUTES + 50);
    rules.touch(header, TEN_MINUTES + 60, false);
    assertThat(rules.suspect(header, TEN_MINUTES + 60, false)).as("folded in time").isFalse();
    assertThat(rules.due(header)).isEqualTo(TEN_MINUTES + 50 + 60_000);
  }

  @Test
  void whatTakesTheWholeTraceToJudgeWaitsOnlyForWhatFoldingItIsWorth() {
    TraceHeader header = running();
    header.spans = 1_000;
    for (long now = TEN_MINUTES; now < TEN_MINUTES + 60_000; now += 1_000) {
      rules.touch(header, now, false);
      assertThat(rules.suspect(header, now, true)).isTrue();
      assertThat(rules.due(header)).isEqualTo(now + 50);
      rules.emitted(header, Phase.provisional, now + 50);
    }
    rules.touch(header, TEN_MINUTES + 59_100, false);
    assertThat(rules.suspect(header, TEN_MINUTES + 59_100, true)).isFalse();
    assertThat(rules.due(header)).isEqualTo(TEN_MINUTES + 59_550);
  }

  @Test
  void manySuspicionsDoNotKeepATraceFromBeingShown() {
    TraceHeader header = running();
    long now = TEN_MINUTES;
    for (; now < TEN_MINUTES + 60_000; now += 1_000) {
      rules.touch(header, now, false);
      rules.suspect(header, now, true);
      rules.emitted(header, Phase.provisional, now + 50);
    }
    rules.touch(header, now, false);
    assertThat(rules.due(header)).isLessThanOrEqualTo(now + 2 * (TEN_MINUTES + 60_000));
  }

  @Test
  void anErrorIsShownAtOnceHoweverLongTheTraceHasRun() {
    TraceHeader header = running();
    rules.touch(header, TEN_MINUTES, true);
    assertThat(rules.due(header)).isEqualTo(TEN_MINUTES + 1_000);
  }

  @Test
  void aSuspicionIsFollowedAtOnceWhereATraceGoesOnAfterItSettled() {
    TraceHeader header = amended(10);
    for (long now = SETTLED + 1; now < SETTLED + 1_000; now += 50) {
      rules.touch(header, now, false);
    }
    rules.suspect(header, SETTLED + 1_000, false);
    rules.touch(header, SETTLED + 1_040, false);
    assertThat(rules.emission(header, SETTLED + 1_049)).isNull();
    assertThat(rules.emission(header, SETTLED + 1_050)).isEqualTo(Phase.amended);
    rules.emitted(header, Phase.amended, SETTLED + 1_050);
    rules.touch(header, SETTLED + 1_100, false);
    rules.suspect(header, SETTLED + 1_100, false);
    assertThat(rules.due(header)).as("a second later").isEqualTo(SETTLED + 2_050);
  }
}

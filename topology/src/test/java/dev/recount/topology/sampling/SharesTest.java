package dev.recount.topology.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Shares are of the size that they say, and a smaller one is part of a larger one. */
class SharesTest {
  private static final int TRACES = 20_000;

  private static RuleSet share(int perMille) {
    return RuleSet.parse(
        "sampling.yaml",
        "rules:\n  - {name: rest, decision: " + new BigDecimal(perMille).movePointLeft(3) + "}\n");
  }

  private static String randomId(Random random) {
    return String.format("%016x%016x", random.nextLong(), random.nextLong() | 1L << 60);
  }

  private static boolean kept(RuleSet rules, String trace) {
    return rules.decide(TestTrace.of(trace).evidence()).retained();
  }

  @Property(tries = 20)
  void aShareOfRandomTracesIsOfItsSize(
      @ForAll @IntRange(min = 1, max = 999) int perMille, @ForAll long seed) {
    within(perMille, i -> randomId(new Random(seed * 31 + i)));
  }

  @Property(tries = 10)
  void aShareOfTracesThatCountUpIsOfItsSize(
      @ForAll @IntRange(min = 1, max = 999) int perMille,
      @ForAll @IntRange(max = 1_000_000) int from) {
    within(perMille, i -> String.format("%032x", from + i + 1));
  }

  private static void within(int perMille, java.util.function.IntFunction<String> ids) {
    RuleSet rules = share(perMille);
    int kept = 0;
    for (int i = 0; i < TRACES; i++) {
      kept += kept(rules, ids.apply(i)) ? 1 : 0;
    }
    double share = perMille / 1_000.0;
    double deviation = Math.sqrt(TRACES * share * (1 - share));
    // Five standard deviations: chance passes them once in millions of tries.
    assertThat((double) kept)
        .isBetween(TRACES * share - 5 * deviation - 1, TRACES * share + 5 * deviation + 1);
  }

  @Property
  void aTraceThatIsPartOfAShareIsPartOfALargerOne(
      @ForAll @IntRange(min = 1, max = 1_000) int one,
      @ForAll @IntRange(min = 1, max = 1_000) int other,
      @ForAll long seed) {
    String trace = randomId(new Random(seed));
    if (kept(share(Math.min(one, other)), trace)) {
      assertThat(kept(share(Math.max(one, other)), trace)).isTrue();
    }
  }

  @Property
  void whatAKeptSpanStatesAgreesWithTheDecision(
      @ForAll @IntRange(min = 1, max = 1_000) int perMille, @ForAll long seed) {
    String trace =
        seed % 2 == 0 ? randomId(new Random(seed)) : String.format("%032x", seed >>> 8 | 1);
    Verdict verdict = share(perMille).decide(TestTrace.of(trace).evidence());
    if (verdict.retained()) {
      // Whoever decides again by what is written comes to the same end.
      TraceState written =
          TraceState.parse(Verdict.traceState(trace, "vendor=x", verdict.threshold()));
      long threshold = written.threshold().orElseThrow();
      assertThat(Randomness.of(trace, written).value()).isGreaterThanOrEqualTo(threshold);
      assertThat(verdict.weight())
          .isCloseTo(
              (double) Randomness.RANGE / (Randomness.RANGE - threshold),
              org.assertj.core.data.Percentage.withPercentage(1e-6));
    }
  }
}

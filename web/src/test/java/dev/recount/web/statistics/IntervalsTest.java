package dev.recount.web.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class IntervalsTest {
  /**
   * Example (a) of Newcombe, Statistics in Medicine 17 (1998), pages 873 to 890: 56/70 and 48/80.
   */
  @Test
  void sharesAreComparedAsInNewcombesExample() {
    Interval difference = new Share(80, 48).differenceTo(new Share(70, 56));
    assertThat(difference.value()).isCloseTo(0.2, within(1e-9));
    assertThat(difference.low()).isCloseTo(0.0524, within(5e-5));
    assertThat(difference.high()).isCloseTo(0.3339, within(5e-5));
    assertThat(difference.excludesZero()).isTrue();
  }

  @Test
  void ofNoneAndOfAllTheIntervalHasAWidth() {
    Interval none = new Share(10, 0).interval();
    assertThat(none.low()).isZero();
    assertThat(none.high()).isCloseTo(0.2775, within(1e-4));
    Interval all = new Share(10, 10).interval();
    assertThat(all.low()).isCloseTo(0.7225, within(1e-4));
    assertThat(all.high()).isEqualTo(1);
  }

  @Test
  void moreThanThereAreIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Share(3, 4));
    assertThat(new Share(0, 0).isKnown()).isFalse();
  }

  /** 19.2, 20.7, 21.0 and 19.9, 20.1, 23.4, worked out by hand from the formulas of Welch. */
  @Test
  void meansAreComparedByWelch() {
    Mean one = new Mean(3, 20.3, 0.93);
    Mean two = new Mean(3, 21.133_333, 3.863_333);
    Interval difference = one.differenceTo(two);
    assertThat(difference.value()).isCloseTo(0.8333, within(1e-4));
    // Standard error 1.2639, 2.908 degrees of freedom, quantile 3.2367.
    assertThat(difference.high() - difference.value()).isCloseTo(4.091, within(0.01));
    assertThat(difference.excludesZero()).isFalse();
  }

  @Test
  void numbersThatDoNotVaryHaveAnIntervalWithoutWidth() {
    Interval difference = new Mean(5, 2, 0).differenceTo(new Mean(5, 3, 0));
    assertThat(difference).isEqualTo(new Interval(1, 1, 1));
    assertThat(new Mean(1, 2, Double.NaN).isKnown()).isFalse();
  }

  @Test
  void nineteenOfTwentyIntervalsHoldTheTruth() {
    SplittableRandom random = new SplittableRandom(7);
    assertThat(share(() -> holds(random, 0.1, 0.1, 60))).isBetween(0.93, 0.98);
    assertThat(share(() -> holds(random, 0.5, 0.3, 40))).isBetween(0.93, 0.98);
  }

  private static boolean holds(SplittableRandom random, double one, double two, int of) {
    Interval difference = draw(random, one, of).differenceTo(draw(random, two, of));
    return difference.low() <= two - one && two - one <= difference.high();
  }

  private static Share draw(SplittableRandom random, double probability, int of) {
    long with = random.doubles(of).filter(each -> each < probability).count();
    return new Share(of, with);
  }

  private static double share(Supplier<Boolean> trial) {
    int held = 0;
    for (int i = 0; i < 4_000; i++) {
      held += trial.get() ? 1 : 0;
    }
    return held / 4_000.0;
  }
}

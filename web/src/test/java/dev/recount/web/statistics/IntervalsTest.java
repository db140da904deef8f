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
    Interval difference = Share.of(80, 48).differenceTo(Share.of(70, 56));
    assertThat(difference.value()).isCloseTo(0.2, within(1e-9));
    assertThat(difference.low()).isCloseTo(0.0524, within(5e-5));
    assertThat(difference.high()).isCloseTo(0.3339, within(5e-5));
    assertThat(difference.excludesZero()).isTrue();
  }

  @Test
  void ofNoneAndOfAllTheIntervalHasAWidth() {
    Interval none = Share.of(10, 0).interval();
    assertThat(none.low()).isZero();
    assertThat(none.high()).isCloseTo(0.2775, within(1e-4));
    Interval all = Share.of(10, 10).interval();
    assertThat(all.low()).isCloseTo(0.7225, within(1e-4));
    assertThat(all.high()).isEqualTo(1);
  }

  @Test
  void moreThanThereAreIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Share.of(3, 4));
    assertThat(Share.of(0, 0).isKnown()).isFalse();
  }

  /** Ten that stand for four each, and twenty that stand for one: as many as (60 squared) / 180. */
  @Test
  void theMoreWeightsDifferTheLessTheyTell() {
    double size = Share.effectiveSize(60, 10 * 16 + 20);
    assertThat(size).isCloseTo(20, within(1e-9));
    Interval weighted = new Share(60, 6, size).interval();
    assertThat(weighted).isEqualTo(Share.of(20, 2).interval());
    Interval asMany = Share.of(60, 6).interval();
    assertThat(weighted.value()).isEqualTo(asMany.value());
    assertThat(weighted.high() - weighted.low()).isGreaterThan(asMany.high() - asMany.low());
  }

  @Test
  void weightsThatAreAllTheSameChangeNothing() {
    assertThat(Share.effectiveSize(50 * 7, 50 * 49)).isCloseTo(50, within(1e-9));
    Interval weighted = new Share(50 * 7, 10 * 7, Share.effectiveSize(350, 2_450)).interval();
    assertThat(weighted).isEqualTo(Share.of(50, 10).interval());
    // 2, 3 and 7: their mean is 4, of their squares 62 / 3, and their sample variance 7.
    for (double weight : new double[] {1, 7}) {
      Mean mean = Mean.of(3 * weight, 3 * weight * weight, 4, 62 / 3.0);
      assertThat(mean.size()).isCloseTo(3, within(1e-9));
      assertThat(mean.variance()).isCloseTo(7, within(1e-9));
    }
  }

  @Test
  void whatOnlyRoundingTellsApartIsTheSame() {
    Mean one = Mean.of(5, 5, 0.1 + 0.2, 0.3 * 0.3);
    Mean two = Mean.of(5, 5, 0.3, 0.3 * 0.3);
    assertThat(one.variance()).isZero();
    assertThat(one.differenceTo(two)).isEqualTo(new Interval(0, 0, 0));
    assertThat(new Mean(9, 1e-8, 1e-200).differenceTo(new Mean(9, 1.1e-8, 1e-210)).low())
        .isPositive();
    assertThat(Mean.of(11, 101, 5, 30).isKnown()).as("one row of ten and one of one").isFalse();
  }

  @Test
  void rowsAreASampleWhenSomeAreMissing() {
    Weights all = new Weights(100, 100, 100, 0);
    assertThat(all.areOfASample()).isFalse();
    // One in ten is kept and stands for ten; the others are there without a weight.
    Weights kept = new Weights(10, 100, 1_000, 0);
    Weights others = new Weights(90, 0, 0, 90);
    assertThat(kept.areOfASample()).isTrue();
    assertThat(kept.plus(others).areOfASample()).isFalse();
    assertThat(kept.plus(new Weights(95, 0, 0, 95)).areOfASample()).as("by chance").isFalse();
    assertThat(others.areOfASample()).as("nothing stands for them").isFalse();
    // Of one half of the time the others are there, of the other half they are not.
    Weights many = new Weights(200, 2_000, 20_000, 0);
    assertThat(many.plus(new Weights(900, 0, 0, 900)).areOfASample()).isTrue();
    assertThat(Weights.NONE.areOfASample()).isFalse();
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
    return Share.of(of, with);
  }

  private static double share(Supplier<Boolean> trial) {
    int held = 0;
    for (int i = 0; i < 4_000; i++) {
      held += trial.get() ? 1 : 0;
    }
    return held / 4_000.0;
  }
}

package dev.recount.web.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Intervals of what hangs together by trace, and of what has no distribution that is known. */
class ClusteredIntervalsTest {
  private final SplittableRandom random = new SplittableRandom(7);

  /** Of 60 tosses of a coin fewer than 22 are heads in 1.4 of 100 cases, fewer than 23 in 2.6. */
  @Test
  void aMedianIsBoundedByRanks() {
    QuantileBounds bounds = QuantileBounds.of(0.5, 60);
    assertThat(Math.floor(bounds.low().orElseThrow() * 60) + 1).isEqualTo(22);
    assertThat(Math.floor(bounds.high().orElseThrow() * 60) + 1).isEqualTo(39);
  }

  @Test
  void aHighQuantileOfFewHasNoUpperBound() {
    assertThat(QuantileBounds.of(0.99, 60).high()).isEmpty();
    assertThat(QuantileBounds.of(0.99, 60).low()).isPresent();
    assertThat(QuantileBounds.of(0.99, 1_000).high()).isPresent();
    assertThat(QuantileBounds.of(0.5, 3).low()).isEmpty();
    assertThat(QuantileBounds.of(0.5, 0).low()).isEmpty();
  }

  @Test
  void boundsOfQuantilesHoldTheTruthNineteenTimesOfTwenty() {
    assertThat(share(() -> holdsQuantile(0.5, 80))).isBetween(0.94, 0.98);
    assertThat(share(() -> holdsQuantile(0.9, 200))).isBetween(0.94, 0.98);
  }

  /** Of numbers between zero and one, all alike frequent, the quantile is its level. */
  private boolean holdsQuantile(double level, int size) {
    double[] numbers = random.doubles(size).sorted().toArray();
    QuantileBounds bounds = QuantileBounds.of(level, size);
    return numbers[(int) (bounds.low().orElseThrow() * size)] <= level
        && level <= numbers[(int) (bounds.high().orElseThrow() * size)];
  }

  /** Three clusters of 2, 2 and 4 with 2, 0 and 1 that have it: worked out by hand. */
  @Test
  void theVarianceOfAShareIsThatOfARatio() {
    Share share = new Clusters(8, 3, 8, 3, 4 + 4 + 16, 4 + 0 + 4, 4 + 0 + 1).share();
    // Residuals 1.25, -0.75 and -0.5: squares sum up to 2.375; 3/2 * 2.375 / 64 = 0.05566.
    assertThat(share.size()).isCloseTo(0.375 * 0.625 / 0.055_664, within(1e-3));
  }

  @Test
  void whatDoesNotVaryCountsByCluster() {
    assertThat(new Clusters(40, 0, 40, 4, 400, 0, 0).share().size()).isCloseTo(4, within(1e-9));
    assertThat(new Clusters(40, 40, 40, 4, 400, 400, 400).share().size())
        .isCloseTo(4, within(1e-9));
    assertThat(new Clusters(0, 0, 0, 0, 0, 0, 0).share().isKnown()).isFalse();
  }

  /** Ten calls a trace, of which all fail in one trace of five and none in the others. */
  @Test
  void callsThatFailTogetherTellNoMoreThanTheirTraces() {
    assertThat(share(() -> holdsShare(/* clustered= */ true))).isBetween(0.93, 0.98);
    assertThat(share(() -> holdsShare(/* clustered= */ false))).isLessThan(0.6);
  }

  private boolean holdsShare(boolean clustered) {
    int traces = 80;
    double failed = 10.0 * random.doubles(traces).filter(each -> each < 0.2).count();
    double calls = 10.0 * traces;
    Share share =
        clustered
            ? new Clusters(calls, failed, calls, traces, 100 * traces, 10 * failed, 10 * failed)
                .share()
            : new Share(calls, failed, calls);
    return holds(share.interval(), 0.2);
  }

  @Test
  void theCalibrationErrorIsTheDistanceFromTheDiagonal() {
    CalibrationError error = new CalibrationError(10, 2);
    for (int part = 0; part < 10; part++) {
      error.add(part, 0, 10, 3, 5);
      error.add(part, 1, 30, 27, 24);
    }
    Interval interval = error.interval().orElseThrow();
    assertThat(interval.value()).isCloseTo((20 + 30) / 400.0, within(1e-12));
    assertThat(interval.low()).as("all parts are alike").isCloseTo(interval.high(), within(1e-9));
    assertThat(new CalibrationError(10, 2).interval()).isEmpty();
    CalibrationError once = new CalibrationError(10, 2);
    once.add(3, 1, 5, 4, 5);
    assertThat(once.interval()).contains(new Interval(0.2, 0, 1));
  }

  @Test
  void calibrationErrorsHoldTheTruthThoughDecisionsOfATraceAreAlike() {
    assertThat(share(this::holdsError)).isBetween(0.92, 0.98);
  }

  /** 0.9 sure and right in 7 of 10 traces, 0.6 sure and right in 4 of 10: an error of 0.2. */
  private boolean holdsError() {
    CalibrationError error = new CalibrationError(100, 2);
    for (int trace = 0; trace < 300; trace++) {
      int bin = trace % 2;
      double confidence = bin == 0 ? 0.6 : 0.9;
      boolean well = random.nextDouble() < confidence - 0.2;
      error.add(random.nextInt(100), bin, 4, 4 * confidence, well ? 4 : 0);
    }
    return holds(error.interval().orElseThrow(), 0.2);
  }

  private static boolean holds(Interval interval, double truth) {
    return interval.low() <= truth && truth <= interval.high();
  }

  private static double share(Supplier<Boolean> trial) {
    int trials = 2_000;
    int held = 0;
    for (int i = 0; i < trials; i++) {
      held += trial.get() ? 1 : 0;
    }
    return held / (double) trials;
  }
}

package dev.recount.cli.bisect.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.cli.bisect.statistics.ChangePoint.Interval;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChangePointTest {
  private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");

  /** A hundred hours of 40 traces each, of which fewer succeed from some hour on. */
  private static List<Interval> hours(int seed, int from, double drop) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Interval> hours = new ArrayList<>();
    for (int hour = 0; hour < 100; hour++) {
      Moments moments = Moments.NONE;
      for (int i = 0; i < 40; i++) {
        double chance = hour < from ? 0.8 : 0.8 - drop;
        moments = moments.plus(Moments.of(1, random.nextDouble() < chance ? 1 : 0));
      }
      hours.add(new Interval(START.plus(Duration.ofHours(hour)), moments));
    }
    return hours;
  }

  private static Optional<ChangePoint> find(List<Interval> hours) {
    return ChangePoint.find(hours, Criteria.usual(true));
  }

  @Test
  void theHourOfADropIsFoundWithinAFewHours() {
    long near =
        IntStream.range(0, 100)
            .filter(
                seed -> {
                  ChangePoint found = find(hours(seed, 70, 0.15)).orElseThrow();
                  Duration off = Duration.between(START.plus(Duration.ofHours(70)), found.at());
                  return off.abs().toHours() <= 5 && found.pValue() < 0.01;
                })
            .count();
    assertThat(near).isGreaterThanOrEqualTo(90);
  }

  @Test
  void whereNothingHappenedNothingIsSignificant() {
    assertThat(
            IntStream.range(0, 100)
                .filter(seed -> find(hours(seed, 100, 0)).stream().anyMatch(p -> p.pValue() < 0.01))
                .count())
        .isLessThanOrEqualTo(3);
  }

  @Test
  void aRiseIsNoChangeForTheWorse() {
    assertThat(find(hours(1, 50, -0.15)).map(ChangePoint::pValue).orElse(1.0)).isEqualTo(1);
    assertThat(find(List.of())).isEmpty();
  }
}

package dev.recount.topology.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What only wavers does not wake anybody more often than the significance level of the rule says:
 * in a thousand windows, at 5 %, fifty times. The rules ask for no size of change, so that the test
 * is all that stands between noise and an alert.
 */
class FalseAlarmsTest {
  private static final int WINDOWS = 1_000;
  private static final double SIGNIFICANCE = 0.05;
  private static final int ROWS_PER_STEP = 5;

  private static final ToDoubleFunction<Random> NORMAL =
      random -> 0.7 + 0.2 * random.nextGaussian();
  private static final ToDoubleFunction<Random> SKEWED =
      random -> -Math.log(1 - random.nextDouble());
  private static final ToDoubleFunction<Random> MOSTLY_RIGHT =
      random -> random.nextInt(20) == 0 ? 0 : 1;
  private static final ToDoubleFunction<Random> COIN = random -> random.nextBoolean() ? 1 : 0;

  static Stream<Arguments> noise() {
    String falls = "falls_by: 0%\n    against: previous_window";
    String rises = "rises_by: 0%\n    against: previous_window";
    return Stream.of(
        Arguments.of("mean of score", falls, NORMAL),
        Arguments.of("mean of score", falls, SKEWED),
        Arguments.of("mean of score", rises, SKEWED),
        Arguments.of("mean of score", falls, MOSTLY_RIGHT),
        Arguments.of("mean of score", "below: 0.7", NORMAL),
        Arguments.of("mean of score", "above: 1.0", SKEWED),
        Arguments.of("p90 of score", rises, SKEWED),
        Arguments.of("p50 of score", "above: 0.7", NORMAL),
        Arguments.of("failure_share", rises, COIN),
        Arguments.of("failure_share", "above: 0.5", COIN),
        Arguments.of("mean of score", "falls_by: 0%\n    against: previous_version", NORMAL));
  }

  @ParameterizedTest
  @MethodSource("noise")
  void aSteadyVersionFiresNoMoreOftenThanItsLevelSays(
      String measure, String condition, ToDoubleFunction<Random> noise) {
    Random random = new Random(42);
    Watching watching = new Watching(rule(measure, condition));
    List<Map<String, String>> versions =
        List.of(Map.of("agent_version", "1"), Map.of("agent_version", "2"));
    for (int step = 0; step < WINDOWS * 10; step++) {
      for (int row = 0; row < ROWS_PER_STEP; row++) {
        // The second version comes a while after the first.
        for (Map<String, String> version : versions.subList(0, step < 50 ? 1 : 2)) {
          watching.row(noise.applyAsDouble(random), version);
        }
      }
      watching.pass(Duration.ofSeconds(1));
    }
    assertThat(watching.fired()).hasSizeLessThanOrEqualTo((int) (WINDOWS * SIGNIFICANCE));
  }

  private static String rule(String measure, String condition) {
    return """
    rules:
      - name: noise
        on: evaluations
        measure: %s
        by: [agent_version]
        window: 10s
        significance: %s
        %s
    """
        .formatted(measure, SIGNIFICANCE, condition);
  }
}

package dev.recount.topology.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.Alert;
import dev.recount.avro.AlertObservation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

class RuleWatchTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration WINDOW = Duration.ofMinutes(10);
  private static final Map<String, String> V1 = Map.of("agent_name", "a", "agent_version", "1");
  private static final Map<String, String> V2 = Map.of("agent_name", "a", "agent_version", "2");

  private static final String SCORE =
      """
      rules:
        - name: score_drop
          severity: page
          on: evaluations
          measure: mean of score
          by: [agent_name, agent_version]
          falls_by: 10%%
          against: %s
      """;

  private static final String FAILURES =
      """
      rules:
        - name: failures
          on: traces
          measure: failure_share
          by: [agent_name, agent_version]
          above: 0.2
      """;

  private static final String ROLLBACK =
      """
      rules:
        - name: rollback
          on: traces
          where: {rolled_back: true}
          measure: event
          by: [agent_name]
          window: 10m
      """;

  private final Random random = new Random(20260301);

  private static Watching scoreDrop() {
    return new Watching(SCORE.formatted("previous_window"));
  }

  private DoubleSupplier around(double mean) {
    return () -> Math.max(0, Math.min(1, mean + 0.1 * random.nextGaussian()));
  }

  /** Thirty rows a minute. */
  private static void run(
      Watching watching, Duration duration, DoubleSupplier score, Map<String, String> labels) {
    for (int second = 0; second < duration.toSeconds(); second += 2) {
      watching.row(score.getAsDouble(), labels);
      watching.pass(Duration.ofSeconds(2));
    }
  }

  @Test
  void aDropOfAFifthFiresOnceWithinOneWindowAndResolvesAfterTheFix() {
    Watching watching = scoreDrop();
    run(watching, Duration.ofHours(1), around(0.8), V1);
    assertThat(watching.alerts).isEmpty();

    Instant dropped = watching.now();
    run(watching, Duration.ofHours(2), around(0.64), V1);
    assertThat(watching.fired()).hasSize(1);
    Alert fired = watching.fired().get(0);
    assertThat(fired.getFiredAt()).isBetween(dropped, dropped.plus(WINDOW));
    assertThat(fired.getLabels()).isEqualTo(V1);
    assertThat(fired.getSeverity()).isEqualTo("page");
    assertThat(fired.getSummary()).contains("mean score").contains("agent_version 1");
    assertThat(watching.resolved()).as("two hours of the same bad scores").isEmpty();

    Instant mended = watching.now();
    run(watching, Duration.ofHours(1), around(0.8), V1);
    assertThat(watching.fired()).hasSize(1);
    assertThat(watching.resolved()).hasSize(1);
    Alert resolved = watching.resolved().get(0);
    assertThat(resolved.getAlertId()).isEqualTo(fired.getAlertId());
    assertThat(resolved.getResolvedAt()).isBetween(mended, mended.plus(WINDOW.multipliedBy(3)));
    assertThat(watching.alerts)
        .extracting(Alert::getRevision)
        .isSorted()
        .doesNotHaveDuplicates()
        .startsWith(1L);
  }

  @Test
  void whatFiresIsToldAgainEveryMinuteWithItsPresentValue() {
    Watching watching = scoreDrop();
    run(watching, Duration.ofHours(1), around(0.8), V1);
    run(watching, Duration.ofMinutes(40), around(0.5), V1);
    List<Alert> told = watching.alerts;
    assertThat(told).hasSizeGreaterThan(20);
    assertThat(told).extracting(Alert::getAlertId).containsOnly(told.get(0).getAlertId());
    assertThat(told.get(told.size() - 1).getValue()).isBetween(0.45, 0.55);
  }

  @Test
  void theWorstTracesAreTheExamples() {
    Watching watching = scoreDrop();
    run(watching, Duration.ofHours(1), around(0.8), V1);
    run(watching, Duration.ofMinutes(5), around(0.5), V1);
    String worst = watching.row(-1, V1);
    run(watching, Duration.ofMinutes(5), around(0.5), V1);
    Alert last = watching.alerts.get(watching.alerts.size() - 1);
    assertThat(last.getExampleTraceIds())
        .hasSize(Aggregate.EXAMPLES)
        .startsWith("trace-of-" + worst);
  }

  @Test
  void aRestartAtAnyTimeChangesNothing() {
    Watching without = scoreDrop();
    Watching with = scoreDrop();
    for (Watching watching : List.of(without, with)) {
      random.setSeed(7);
      for (int part = 0; part < 6; part++) {
        run(watching, Duration.ofMinutes(20), around(part == 3 ? 0.5 : 0.8), V1);
        if (watching == with) {
          watching.restart();
        }
      }
    }
    assertThat(without.fired()).hasSize(1);
    assertThat(without.resolved()).hasSize(1);
    assertThat(with.alerts).isEqualTo(without.alerts);
  }

  @Test
  void aNewVersionIsHeldAgainstTheOneBeforeAndResolvesWhenItIsGone() {
    Watching watching = new Watching(SCORE.formatted("previous_version"));
    run(watching, Duration.ofMinutes(30), around(0.8), V1);
    run(watching, Duration.ofMinutes(15), around(0.6), V2);
    assertThat(watching.fired()).hasSize(1);
    assertThat(watching.fired().get(0).getLabels()).containsEntry("agent_version", "2");

    run(watching, Duration.ofMinutes(60), around(0.8), V1);
    assertThat(watching.resolved()).hasSize(1);
    assertThat(watching.fired()).hasSize(1);
  }

  @Test
  void theVersionBeforeIsRememberedThoughNothingOfItComes() {
    Watching watching = new Watching(SCORE.formatted("previous_version"));
    run(watching, Duration.ofMinutes(30), around(0.8), V1);
    watching.pass(Duration.ofDays(2));
    watching.restart();
    run(watching, Duration.ofMinutes(15), around(0.6), V2);
    assertThat(watching.fired()).hasSize(1);
  }

  @Test
  void aThresholdNeedsASampleAndMoreThanChance() {
    Watching few = new Watching(FAILURES);
    for (int i = 0; i < 20; i++) {
      few.row(1, V1);
    }
    few.pass(Duration.ofMinutes(20));
    assertThat(few.alerts).isEmpty();

    Watching barely = new Watching(FAILURES);
    for (int i = 0; i < 50; i++) {
      barely.row(i % 4 == 0 ? 1 : 0, V1);
    }
    barely.pass(Duration.ofMinutes(20));
    assertThat(barely.alerts).as("13 of 50 may be chance at 20 %").isEmpty();

    Watching many = new Watching(FAILURES);
    for (int i = 0; i < 50; i++) {
      many.row(i % 2, V1);
    }
    many.pass(Duration.ofMinutes(2));
    assertThat(many.fired()).hasSize(1);
    assertThat(many.fired().get(0).getValue()).isEqualTo(0.5);
    assertThat(many.fired().get(0).getThreshold()).isEqualTo(0.2);
  }

  @Test
  void anAlertOfAVersionThatIsNoLongerSeenResolves() {
    Watching watching = new Watching(FAILURES);
    for (int i = 0; i < 50; i++) {
      watching.row(1, V1);
    }
    watching.pass(Duration.ofHours(2));
    assertThat(watching.fired()).hasSize(1);
    assertThat(watching.resolved()).hasSize(1);
    assertThat(watching.memory.groupCount()).as("nothing is left").isZero();
    assertThat(watching.memory.paneCount()).isZero();
  }

  @Test
  void aQuantileIsHeldAgainstTheOneBefore() {
    Watching watching =
        new Watching(
            """
            rules:
              - name: slow
                on: traces
                measure: p95 of latency_ms
                rises_by: 50%
                against: previous_window
            """);
    run(watching, Duration.ofHours(1), () -> 1000 + 100 * random.nextGaussian(), Map.of());
    assertThat(watching.alerts).isEmpty();
    run(
        watching,
        Duration.ofMinutes(10),
        () -> random.nextInt(5) == 0 ? 5000 : 1000 + 100 * random.nextGaussian(),
        Map.of());
    assertThat(watching.fired()).hasSize(1);
    assertThat(watching.fired().get(0).getValue()).isBetween(4900.0, 5110.0);
  }

  @Test
  void aRevisionTakesThePlaceOfTheRowAndAWithdrawnOneIsTakenOut() {
    Watching watching = new Watching(FAILURES);
    String[] rows = new String[50];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = watching.row(1, V1);
    }
    for (String row : rows) {
      watching.amend(row, 0, V1);
      watching.amend(row, 0, V1);
    }
    watching.pass(MINUTE.multipliedBy(2));
    assertThat(watching.alerts).as("none of them failed in the end").isEmpty();

    for (int i = 0; i < 40; i++) {
      watching.withdraw(rows[i]);
    }
    for (int i = 0; i < 40; i++) {
      watching.row(1, V1);
    }
    watching.pass(MINUTE.multipliedBy(2));
    assertThat(watching.fired()).hasSize(1);
    assertThat(watching.fired().get(0).getValue()).as("40 of 50").isEqualTo(0.8);
  }

  @Test
  void aRowThatTurnsOutToBeOfAnotherVersionCountsThere() {
    Watching watching = new Watching(FAILURES);
    for (int i = 0; i < 50; i++) {
      watching.amend(watching.row(1, V1), 1, V2);
    }
    watching.pass(MINUTE.multipliedBy(2));
    assertThat(watching.fired()).extracting(Alert::getLabels).containsExactly(V2);
  }

  @Test
  void aRowCountsInOneWindowAloneHoweverLateItIsRevised() {
    Watching watching = new Watching(FAILURES);
    String[] rows = new String[50];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = watching.row(0, V1);
    }
    watching.pass(Duration.ofHours(1));
    for (String row : rows) {
      watching.amend(row, 1, V1);
    }
    watching.pass(Duration.ofHours(1));
    assertThat(watching.alerts).isEmpty();
  }

  @Test
  void anAmendedTraceThatNobodyRemembersIsTakenForCounted() {
    Watching watching = new Watching(FAILURES);
    for (int i = 0; i < 50; i++) {
      AlertObservation old = watching.observation("old-" + i, 1, V1, true);
      old.setKeyTime(watching.now().minus(Duration.ofDays(3)));
      watching.send(old);
    }
    watching.pass(MINUTE.multipliedBy(2));
    assertThat(watching.alerts).isEmpty();

    for (int i = 0; i < 50; i++) {
      watching.send(watching.observation("young-" + i, 1, V1, true));
    }
    watching.pass(MINUTE.multipliedBy(2));
    assertThat(watching.fired()).hasSize(1);
  }

  @Test
  void anEventFiresAtOnceAndResolvesAWindowAfterTheLast() {
    Watching watching = new Watching(ROLLBACK);
    watching.row(1, Map.of("agent_name", "a"));
    assertThat(watching.fired()).hasSize(1);
    watching.pass(Duration.ofMinutes(6));
    watching.row(1, Map.of("agent_name", "a"));
    watching.pass(Duration.ofMinutes(6));
    assertThat(watching.resolved()).isEmpty();
    assertThat(watching.alerts)
        .filteredOn(alert -> alert.getValue() == 2)
        .isNotEmpty()
        .allSatisfy(alert -> assertThat(alert.getExampleTraceIds()).hasSize(2));
    watching.pass(Duration.ofMinutes(6));
    assertThat(watching.fired()).hasSize(1);
    assertThat(watching.resolved()).hasSize(1);
  }

  @Test
  void anEventThatIsWithdrawnResolves() {
    Watching watching = new Watching(ROLLBACK);
    String row = watching.row(1, Map.of());
    watching.withdraw(row);
    watching.pass(Duration.ofMinutes(2));
    assertThat(watching.fired()).hasSize(1);
    assertThat(watching.resolved()).hasSize(1);
  }

  @Test
  void itMustBeBadForAsLongAsTheRuleSays() {
    String patient = FAILURES.replace("above: 0.2", "above: 0.2\n    for: 2 windows");
    Watching brief = new Watching(patient);
    run(brief, Duration.ofMinutes(10), () -> 1, V1);
    run(brief, Duration.ofMinutes(60), () -> 0, V1);
    assertThat(brief.alerts).isEmpty();

    Watching lasting = new Watching(patient);
    Instant began = lasting.now();
    run(lasting, Duration.ofMinutes(40), () -> 1, V1);
    assertThat(lasting.fired()).hasSize(1);
    assertThat(lasting.fired().get(0).getFiredAt()).isAfter(began.plus(WINDOW.multipliedBy(2)));
  }

  @Test
  void furtherCombinationsThanTheLimitAreRefusedUntilOthersAreIdle() {
    Watching watching = new Watching(FAILURES.replace("above", "max_groups: 3\n    above"));
    for (int version = 0; version < 5; version++) {
      watching.row(0, Map.of("agent_version", "v" + version));
    }
    assertThat(watching.refused()).isEqualTo(2);
    assertThat(watching.memory.groupCount()).isEqualTo(3);
    watching.pass(Duration.ofHours(1));
    watching.row(0, Map.of("agent_version", "v9"));
    assertThat(watching.refused()).isEqualTo(2);
  }

  @Test
  void aLongSilenceCostsNothing() {
    Watching watching = scoreDrop();
    run(watching, Duration.ofHours(1), around(0.8), V1);
    watching.pass(Duration.ofDays(365));
    run(watching, Duration.ofHours(1), around(0.8), V1);
    assertThat(watching.alerts).isEmpty();
  }
}

package dev.recount.cli.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.cli.sql.ClickHouse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Two instances, then one, then three under load; every row is there, once, and right. */
abstract class RebalanceScenario {
  private static final Logger log = LoggerFactory.getLogger(RebalanceScenario.class);
  private static final long SOME = 300;

  /** Starts what it runs on. */
  abstract OracleStack start();

  @Test
  void rowsEqualTheOracleAfterRebalances() {
    List<Telemetry> events = TelemetryGenerator.generate(OracleStack.TRACES, OracleStack.SEED + 1);
    Oracle oracle = Oracle.of(events);
    long begin = System.nanoTime();
    try (OracleStack stack = start();
        Load load = Load.start(stack.connection(), events);
        TopologyProcess first = stack.topology("first")) {
      try (TopologyProcess second = stack.topology("second")) {
        awaitProgress(stack, first, second);
      }
      log.info("Two instances: {} written, {} unread", stack.written(), stack.unread());
      awaitProgress(stack, first);
      log.info("One instance: {} written, {} unread", stack.written(), stack.unread());
      try (TopologyProcess third = stack.topology("third");
          TopologyProcess again = stack.topology("second")) {
        awaitProgress(stack, first, third, again);
        load.finish();
        stack.awaitDrained();
        for (TopologyProcess each : List.of(first, third, again)) {
          each.requireAlive();
        }
        long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds();
        try (ClickHouse clickHouse = stack.clickHouse()) {
          Comparison comparison = Comparison.of(clickHouse, oracle);
          log.info("{} events in {} s\n{}", events.size(), seconds, comparison.report());
          assertThat(comparison.isPerfect()).as(comparison.report()).isTrue();
        }
      }
    }
  }

  private static void awaitProgress(OracleStack stack, TopologyProcess... instances) {
    long before = stack.written();
    OracleStack.await(
        "progress of the topology",
        () -> {
          for (TopologyProcess instance : instances) {
            instance.requireAlive();
          }
          return stack.written() > before + SOME;
        });
  }
}

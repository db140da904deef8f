package dev.recount.cli.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.cli.sql.ClickHouse;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The topology is killed three times under load; every row is there, once, and right. */
abstract class KillScenario {
  private static final Logger log = LoggerFactory.getLogger(KillScenario.class);
  private static final int KILLS = 3;
  private static final long MOVED = 100;

  /** Starts what it runs on. */
  abstract OracleStack start();

  @Test
  void rowsEqualTheOracleAfterThreeKills() {
    List<Telemetry> events = TelemetryGenerator.generate(OracleStack.TRACES, OracleStack.SEED);
    Oracle oracle = Oracle.of(events);
    Random random = new Random(OracleStack.SEED);
    long begin = System.nanoTime();
    try (OracleStack stack = start();
        Load load = Load.start(stack.connection(), events)) {
      TopologyProcess topology = stack.topology("topology");
      for (int kill = 1; kill <= KILLS; kill++) {
        // Somewhere in the first, second and third part of the work.
        double part = (kill - 1 + random.nextDouble()) / (KILLS + 1);
        awaitLogged(stack, topology, (long) (part * events.size()));
        LockSupport.parkNanos(Duration.ofMillis(random.nextInt(700)).toNanos());
        topology.kill();
        log.info(
            "Kill {}: {} records written, {} inputs unread", kill, stack.written(), stack.unread());
        topology = stack.topology("topology");
      }
      try (TopologyProcess last = topology) {
        load.finish();
        stack.awaitDrained();
        last.requireAlive();
        long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds();
        try (ClickHouse clickHouse = stack.clickHouse()) {
          Comparison comparison = Comparison.of(clickHouse, oracle);
          log.info("{} events in {} s\n{}", events.size(), seconds, comparison.report());
          assertThat(comparison.isPerfect()).as(comparison.report()).isTrue();
        }
      }
    }
  }

  /**
   * Waits until the topology has come a given way, and moved since its last start: then it is in
   * the middle of its work, with state to lose and a transaction open.
   */
  private static void awaitLogged(OracleStack stack, TopologyProcess topology, long entries) {
    long before = stack.written();
    OracleStack.await(
        "progress of the topology",
        () -> {
          topology.requireAlive();
          return stack.written() > before + MOVED && stack.logged() > entries;
        });
  }
}

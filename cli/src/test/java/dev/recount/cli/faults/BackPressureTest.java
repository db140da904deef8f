package dev.recount.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.cli.oracle.Comparison;
import dev.recount.cli.oracle.Oracle;
import dev.recount.cli.oracle.OracleStack;
import dev.recount.cli.oracle.Telemetry;
import dev.recount.cli.oracle.TelemetrySender;
import dev.recount.cli.sql.ClickHouse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** ClickHouse is away under full load: memory stays flat, and all arrives afterwards by itself. */
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
class BackPressureTest {
  private static final Logger log = LoggerFactory.getLogger(BackPressureTest.class);
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** Of the roles; what is sent meanwhile would not fit in it several times over. */
  private static final int HEAP_MEGABYTES = 128;

  @TempDir private Path folder;

  @Test
  void anOutageUnderFullLoadCostsNeitherMemoryNorRows() {
    List<Telemetry> events = Waves.generate(FaultSize.TRACES_OF_OUTAGE, OracleStack.SEED + 2);
    try (FaultStack stack = FaultStack.start(folder, HEAP_MEGABYTES + "m");
        Flow flow =
            Flow.start(
                () -> new TelemetrySender(stack.connection(), OracleStack.SEED + 2), events)) {
      stack.proxy().behave(new FaultyProxy.Down());
      long began = System.nanoTime();
      flow.send(1, FaultSize.OUTAGE);
      double sinks = 0;
      double topology = 0;
      long lag = 0;
      while (System.nanoTime() - began < FaultSize.OUTAGE.toNanos()) {
        LockSupport.parkNanos(LOOK.toNanos());
        sinks = Math.max(sinks, stack.sinksMetrics().heapMegabytes());
        topology = Math.max(topology, stack.topologyMetrics().heapMegabytes());
        long now = stack.progress().unwritten();
        assertThat(now).as("only lag grows").isGreaterThanOrEqualTo(lag);
        lag = now;
      }
      long processId = stack.sinks().processId();
      stack.proxy().behave(new FaultyProxy.Pass());
      flow.finish();
      stack.progress().awaitDrained(OracleStack.QUIET);
      log.info(
          "{} events, {} s: heap of the sinks {} MB, of the topology {} MB, of {} MB; lag {}"
              + " records",
          events.size(),
          FaultSize.OUTAGE.toSeconds(),
          Math.round(sinks),
          Math.round(topology),
          HEAP_MEGABYTES,
          lag);
      assertThat(lag).isPositive();
      assertThat(sinks).isPositive().isLessThan(HEAP_MEGABYTES);
      assertThat(topology).isPositive().isLessThan(HEAP_MEGABYTES);
      assertThat(stack.sinks().isAlive() && stack.topology().isAlive()).isTrue();
      assertThat(stack.sinks().processId()).isEqualTo(processId);
      assertThat(stack.sinks().output()).doesNotContain("OutOfMemoryError");
      assertThat(stack.topology().output()).doesNotContain("OutOfMemoryError");
      try (ClickHouse clickHouse = stack.connectToClickHouse()) {
        Comparison comparison = Comparison.of(clickHouse, Oracle.of(events));
        log.info("\n{}", comparison.report());
        assertThat(comparison.isPerfect()).as(comparison.report()).isTrue();
      }
    }
  }
}

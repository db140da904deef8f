package dev.recount.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.recount.cli.oracle.Comparison;
import dev.recount.cli.oracle.Oracle;
import dev.recount.cli.oracle.OracleStack;
import dev.recount.cli.oracle.Telemetry;
import dev.recount.cli.oracle.TelemetrySender;
import dev.recount.cli.secured.RoleProcess;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.local.process.Ports;
import dev.recount.schemas.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every process fails in every way that it can, one after the other, while telemetry flows: every
 * row is there, once, and right.
 */
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
class NothingLostTest {
  private static final Logger log = LoggerFactory.getLogger(NothingLostTest.class);

  /** Longer than the sink's session, its request timeout and its time between two polls. */
  private static final Duration LONGER_THAN_EVERY_TIMEOUT = Duration.ofSeconds(10);

  private static final Duration LONGER_THAN_A_SESSION = Duration.ofSeconds(4);
  private static final Duration LONGER_THAN_A_REQUEST = Duration.ofMillis(2_500);
  private static final int TOO_LARGE_BYTES = 20_000_000;
  private static final int LATE_SCHEMA = 876_543;

  @TempDir private Path folder;

  private final List<Telemetry> events = Waves.generate(FaultSize.TRACES, OracleStack.SEED);
  private final FaultTable table = new FaultTable(events);
  private final Map<Poison, Poison.Place> poisons = new HashMap<>();

  @Test
  void whateverFailsEveryRowIsThereOnceAndRight() {
    Oracle oracle = Oracle.of(events);
    long begin = System.nanoTime();
    try (FaultStack stack = FaultStack.start(folder, "256m");
        Flow flow =
            Flow.start(
                () -> new TelemetrySender(stack.connection(), OracleStack.SEED, wildClock()),
                events)) {
      log.info("Started after {}", since(begin));
      for (int round = 1; round <= FaultSize.ROUNDS; round++) {
        failEachInTurn(stack, flow);
      }
      flow.finish();
      log.info("All sent after {}", since(begin));
      stack.progress().awaitDrained(OracleStack.QUIET);
      log.info("Drained after {}", since(begin));
      try (ClickHouse clickHouse = stack.connectToClickHouse()) {
        List<FaultTable.Row> rows = table.rows(clickHouse);
        Comparison comparison = Comparison.of(clickHouse, oracle);
        log.info(
            "{} events in {}\n{}\n{}\nput aside: {}",
            events.size(),
            since(begin),
            FaultTable.text(rows),
            comparison.report(),
            Poison.count(poisons.keySet()));
        assertThat(comparison.isPerfect()).as(comparison.report()).isTrue();
        FaultTable.assertNothingLost(rows);
        DeadLetterCheck.assertPutAside(poisons, stack.connection(), clickHouse);
      }
    }
  }

  private void failEachInTurn(FaultStack stack, Flow flow) {
    List<Map.Entry<String, Runnable>> faults = new ArrayList<>();
    faults.add(Map.entry("records that nobody can read", () -> poison(stack)));
    faults.add(Map.entry("topology killed", () -> killTopology(stack)));
    faults.add(Map.entry("topology held past its session", () -> holdTopology(stack)));
    faults.add(Map.entry("instances come and go", () -> stormInstances(stack)));
    faults.add(Map.entry("sinks killed between insert and commit", () -> killSinks(stack)));
    faults.add(
        Map.entry("answers to inserts lost", () -> meet(stack, new FaultyProxy.CutOff(), 3)));
    faults.add(Map.entry("ClickHouse: too many parts", () -> refuse(stack, 252)));
    faults.add(Map.entry("ClickHouse: read-only", () -> refuse(stack, 164)));
    faults.add(Map.entry("ClickHouse: memory limit", () -> refuse(stack, 241)));
    faults.add(Map.entry("ClickHouse: not enough space", () -> refuse(stack, 243)));
    faults.add(
        Map.entry(
            "ClickHouse slower than the request timeout",
            () -> meet(stack, new FaultyProxy.Slow(LONGER_THAN_A_REQUEST), 2)));
    faults.add(
        Map.entry("ClickHouse does not answer", () -> meet(stack, new FaultyProxy.Hang(), 2)));
    faults.add(Map.entry("ClickHouse down past every timeout", () -> clickHouseDown(stack)));
    faults.add(Map.entry("ClickHouse killed", () -> killClickHouse(stack)));
    faults.add(Map.entry("registry killed", () -> killRegistry(stack)));
    faults.add(Map.entry("broker restarted", () -> restartBroker(stack, stack.broker()::stop)));
    faults.add(Map.entry("broker killed", () -> restartBroker(stack, stack.broker()::kill)));
    for (Map.Entry<String, Runnable> fault : faults) {
      long begin = System.nanoTime();
      table.during(
          fault.getKey(),
          flow,
          () -> {
            flow.send(faults.size() * FaultSize.ROUNDS + 1, FaultSize.SHARE);
            fault.getValue().run();
            stack.awaitAllWell();
          });
      log.info("{}: {}", fault.getKey(), since(begin));
    }
  }

  private static String since(long begin) {
    return String.format("%.1f s", (System.nanoTime() - begin) / 1e9);
  }

  private static void pass(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }

  private void poison(FaultStack stack) {
    poisons.putAll(Poison.send(stack.connection(), Poison.ofEveryKind(stack.connection())));
    byte[] tooLarge = new byte[TOO_LARGE_BYTES];
    new Random(OracleStack.SEED).nextBytes(tooLarge);
    for (Topic input : stack.connection().topics().inputs()) {
      Poison large = new Poison("20 MB", input, tooLarge);
      assertThatThrownBy(() -> Poison.send(stack.connection(), List.of(large)))
          .as("whoever sends %s is told", large)
          .hasCauseInstanceOf(RecordTooLargeException.class);
    }
  }

  private static void killTopology(FaultStack stack) {
    stack.topology().kill();
    stack.startTopologyAgain();
  }

  /** It goes on in the middle of a transaction that has been ended for it. */
  private static void holdTopology(FaultStack stack) {
    Signals.hold(stack.topology().processId());
    pass(LONGER_THAN_A_SESSION);
    Signals.goOn(stack.topology().processId());
  }

  /** Each joins the group, takes over some of the work, and leaves or is killed in its midst. */
  private static void stormInstances(FaultStack stack) {
    for (int round = 0; round < FaultSize.STORMS; round++) {
      int leavingPort = Ports.findFree();
      int killedPort = Ports.findFree();
      RoleProcess leaving = stack.newTopology("leaving", leavingPort);
      RoleProcess killed = stack.newTopology("killed", killedPort);
      Patience.await(
          "two more instances have their share",
          () ->
              RoleAnswer.of(leavingPort, "/health").isOk()
                  && RoleAnswer.of(killedPort, "/health").isOk());
      killed.kill();
      leaving.close();
    }
  }

  private static void killSinks(FaultStack stack) {
    stack.proxy().behave(new FaultyProxy.CutOff());
    Patience.await("an insert", () -> stack.proxy().hits() > 0);
    stack.sinks().kill();
    stack.proxy().behave(new FaultyProxy.Pass());
    stack.startSinksAgain();
  }

  private static void refuse(FaultStack stack, int code) {
    meet(stack, new FaultyProxy.Refuse(code, "made up for a test"), 2);
  }

  /** The proxy behaves like this until enough requests have met it. */
  private static void meet(FaultStack stack, FaultyProxy.Behaviour behaviour, int hits) {
    stack.proxy().behave(behaviour);
    Patience.await(behaviour.toString(), () -> stack.proxy().hits() >= hits);
    stack.proxy().behave(new FaultyProxy.Pass());
  }

  private static void clickHouseDown(FaultStack stack) {
    stack.proxy().behave(new FaultyProxy.Down());
    pass(LONGER_THAN_EVERY_TIMEOUT);
    RoleAnswer health = stack.sinksHealth();
    assertThat(health.isOk()).as(health.body()).isFalse();
    assertThat(stack.progress().unwritten()).isPositive();
    stack.proxy().behave(new FaultyProxy.Pass());
  }

  private static void killClickHouse(FaultStack stack) {
    stack.clickHouseProcess().kill();
    stack.startClickHouseAgain();
  }

  /** What names a schema that nobody knows yet must wait for the registry, not be put aside. */
  private void killRegistry(FaultStack stack) {
    stack.killRegistry();
    poisons.putAll(
        Poison.send(
            stack.connection(),
            List.of(Poison.unknownSchema(stack.connection().topics().feedback(), LATE_SCHEMA))));
    Patience.await("the topology says so", () -> !stack.topologyHealth().isOk());
    stack.startRegistryAgain();
  }

  private static void restartBroker(FaultStack stack, Runnable end) {
    end.run();
    stack.broker().startAgain();
  }

  private static Supplier<@Nullable Long> wildClock() {
    Random random = new Random(OracleStack.SEED);
    long now = System.currentTimeMillis();
    long hours = Duration.ofHours(5).toMillis();
    long century = Duration.ofDays(75 * 365).toMillis();
    @Nullable Long[] clocks = {null, now, now - hours, now + hours, 1L, now + century};
    return () -> clocks[random.nextInt(clocks.length)];
  }
}

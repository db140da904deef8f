package dev.recount.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import dev.recount.cli.oracle.Comparison;
import dev.recount.cli.oracle.Oracle;
import dev.recount.cli.oracle.OracleStack;
import dev.recount.cli.oracle.Telemetry;
import dev.recount.cli.oracle.TelemetrySender;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.schemas.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every process, disk and answer fails, one after the other, while telemetry flows: every row is
 * there, once, and right.
 */
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
class NothingLostTest {
  private static final int TOO_LARGE_BYTES = 20_000_000;

  /** What the outage and the end get of all that is sent, in shares of a fault. */
  private static final int FURTHER_SHARES = 8;

  @TempDir private Path folder;

  private final List<Telemetry> events = Waves.generate(FaultSize.TRACES, OracleStack.SEED);
  private final FaultTable table = new FaultTable(events);
  private final Map<Poison.Place, Poison> poisons = new HashMap<>();
  private final List<String> report = new ArrayList<>();
  private Optional<DiskFaults> disks = Optional.empty();

  @BeforeEach
  void mount() {
    disks = DiskFaults.mount(folder);
  }

  /** Kept however it ends: it is what docs/reliability.md tells, or how far it came. */
  @AfterEach
  void report() throws IOException {
    disks.ifPresent(DiskFaults::close);
    Files.write(Files.createDirectories(Path.of("target")).resolve("faults.txt"), report);
  }

  @Test
  void whateverFailsEveryRowIsThereOnceAndRight() throws IOException {
    long begin = System.nanoTime();
    try (FaultStack stack = FaultStack.start(folder);
        Flow flow =
            Flow.start(
                () ->
                    new TelemetrySender(
                        stack.connection(),
                        OracleStack.SEED,
                        wildClock(),
                        Optional.of(stack.exporter())),
                events)) {
      report.add("Started after " + since(begin));
      Outage outage = new Outage(stack);
      for (int round = 1; round <= FaultSize.ROUNDS; round++) {
        failEachInTurn(stack, flow, outage);
      }
      flow.finish();
      stack.progress().awaitDrained(OracleStack.QUIET);
      report.add("Drained after " + since(begin));
      try (ClickHouse clickHouse = stack.connectToClickHouse()) {
        List<FaultTable.Row> rows = table.rows(clickHouse);
        Comparison comparison = Comparison.of(clickHouse, Oracle.of(events));
        report.add(
            String.join(
                "\n",
                events.size() + " events in " + since(begin),
                FaultTable.text(rows),
                outage.report(),
                comparison.report(),
                "put aside: " + Poison.count(poisons.values())));
        assertThat(comparison.isPerfect()).as(comparison.report()).isTrue();
        FaultTable.assertNothingLost(rows);
        DeadLetterCheck.assertPutAside(poisons, stack.connection(), clickHouse);
      }
      ArchiveCheck.awaitComplete(stack.archive(), events);
    }
    assumeTrue(
        disks.isPresent(), "No disk was filled: this user may not mount one of a fixed size.");
  }

  private void failEachInTurn(FaultStack stack, Flow flow, Outage outage) {
    List<Fault> faults = new ArrayList<>();
    faults.add(new Fault("records that nobody can read", () -> poison(stack)));
    faults.addAll(new ProcessFaults(stack, poisons).all());
    faults.addAll(new ClickHouseFaults(stack).all());
    disks.ifPresent(full -> faults.addAll(full.all(stack)));
    Fault away =
        new Fault("ClickHouse away under full load", () -> outage.happen(FaultSize.OUTAGE));
    faults.add(away);
    faults.removeIf(fault -> !FaultSize.ONLY.matcher(fault.name()).find());
    int shares = (faults.size() + FURTHER_SHARES) * FaultSize.ROUNDS;
    for (Fault fault : faults) {
      if (fault.equals(away)) {
        // As much at once as the roles can take.
        fail(stack, flow, fault, shares / FURTHER_SHARES * 2, Duration.ZERO);
      } else {
        fail(stack, flow, fault, shares, FaultSize.SHARE);
      }
    }
  }

  private void fail(FaultStack stack, Flow flow, Fault fault, int shares, Duration over) {
    long begin = System.nanoTime();
    report.add(fault.name());
    table.during(
        fault.name(),
        flow,
        () -> {
          flow.send(shares, over);
          fault.happens().run();
          stack.awaitAllWell();
          flow.awaitShare();
        });
    report.set(report.size() - 1, fault.name() + ": " + since(begin));
  }

  private static String since(long begin) {
    return String.format("%.1f s", (System.nanoTime() - begin) / 1e9);
  }

  private void poison(FaultStack stack) {
    poisons.putAll(Poison.send(stack.connection(), Poison.ofEveryKind(stack.connection())));
    byte[] tooLarge = new byte[TOO_LARGE_BYTES];
    new Random(OracleStack.SEED).nextBytes(tooLarge);
    for (Topic input : stack.connection().topics().inputs()) {
      Poison large = new Poison("20 MB", input, ByteString.copyFrom(tooLarge));
      assertThatThrownBy(() -> Poison.send(stack.connection(), List.of(large)))
          .as("whoever sends %s is told", large)
          .hasCauseInstanceOf(RecordTooLargeException.class);
    }
  }

  /** Right, some hours off, and off by decades in either direction. */
  private static Supplier<@Nullable Long> wildClock() {
    Random random = new Random(OracleStack.SEED);
    long now = System.currentTimeMillis();
    long hours = Duration.ofHours(5).toMillis();
    long decades = Duration.ofDays(75 * 365).toMillis();
    @Nullable Long[] clocks = {null, now, now - hours, now + hours, 1L, now + decades};
    return () -> clocks[random.nextInt(clocks.length)];
  }
}

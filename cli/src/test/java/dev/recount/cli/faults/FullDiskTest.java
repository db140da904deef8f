package dev.recount.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.recount.cli.oracle.Comparison;
import dev.recount.cli.oracle.Oracle;
import dev.recount.cli.oracle.OracleStack;
import dev.recount.cli.oracle.Telemetry;
import dev.recount.cli.oracle.TelemetrySender;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.sinks.archive.format.SnapshotArchive;
import dev.recount.sinks.archive.storage.FolderStorage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every disk is full for a while, one after the other: when there is room again, all arrives. */
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
class FullDiskTest {
  private static final Logger log = LoggerFactory.getLogger(FullDiskTest.class);
  private static final String NO_SPACE = "No space left on device";
  private static final Map<String, Integer> MEGABYTES =
      Map.of("kafka", 256, "topology", 64, "clickhouse", 256, "archive", 32);

  @TempDir private Path folder;

  private final Map<String, RamDisk> disks = new TreeMap<>();
  private final List<Telemetry> events =
      Waves.generate(FaultSize.TRACES_OF_FULL_DISKS, OracleStack.SEED + 1);
  private final FaultTable table = new FaultTable(events);

  @BeforeEach
  void mount() {
    MEGABYTES.forEach(
        (name, size) -> {
          Optional<RamDisk> disk = RamDisk.mount(folder.resolve(name), size);
          assumeTrue(disk.isPresent(), "This user may not mount a file system of a fixed size.");
          disks.put(name, disk.orElseThrow());
        });
  }

  @AfterEach
  void unmount() {
    disks.values().forEach(RamDisk::close);
  }

  @Test
  void whateverIsFullAllArrivesWhenThereIsRoomAgain() {
    try (FaultStack stack = FaultStack.start(folder, "256m");
        Flow flow =
            Flow.start(
                () -> new TelemetrySender(stack.connection(), OracleStack.SEED + 1), events)) {
      during("disk of ClickHouse full", stack, flow, () -> fillClickHouse(stack));
      during("disk of the archive full", stack, flow, () -> fillArchive(stack));
      during("disk of the topology's state full", stack, flow, () -> fillState(stack));
      during("disk of the broker full", stack, flow, () -> fillBroker(stack));
      flow.finish();
      stack.progress().awaitDrained(OracleStack.QUIET);
      try (ClickHouse clickHouse = stack.connectToClickHouse()) {
        Comparison comparison = Comparison.of(clickHouse, Oracle.of(events));
        List<FaultTable.Row> rows = table.rows(clickHouse);
        log.info("\n{}\n{}", FaultTable.text(rows), comparison.report());
        assertThat(comparison.isPerfect()).as(comparison.report()).isTrue();
        FaultTable.assertNothingLost(rows);
      }
      Patience.await("everything is archived", () -> missingInArchive(stack).isEmpty());
    }
  }

  private void during(String fault, FaultStack stack, Flow flow, Runnable happens) {
    table.during(
        fault,
        flow,
        () -> {
          flow.send(MEGABYTES.size() + 1, FaultSize.SHARE);
          happens.run();
          stack.awaitAllWell();
        });
  }

  private RamDisk disk(String name) {
    RamDisk disk = disks.get(name);
    assertThat(disk).as(name).isNotNull();
    return disk;
  }

  private void fillClickHouse(FaultStack stack) {
    disk("clickhouse").fill();
    Patience.await(
        "the sinks say so", () -> stack.sinks().output().contains("space"));
    disk("clickhouse").free();
  }

  private void fillArchive(FaultStack stack) {
    disk("archive").fill();
    Patience.await(
        "the sinks say so",
        () -> stack.sinks().output().contains("Cannot write " + stack.archive()));
    disk("archive").free();
  }

  /** A start needs room; without, the topology ends and says why, and a later start succeeds. */
  private void fillState(FaultStack stack) {
    disk("topology").fill();
    stack.topology().kill();
    stack.startTopologyAgain();
    Patience.await("the topology ends", () -> !stack.topology().isAlive());
    assertThat(stack.topology().output()).contains(NO_SPACE);
    disk("topology").free();
    stack.startTopologyAgain();
  }

  private void fillBroker(FaultStack stack) {
    disk("kafka").fill();
    stack.broker().awaitEnd();
    disk("kafka").free();
    stack.broker().startAgain();
  }

  /** Snapshots that were sent and are not in the archive. */
  private Set<String> missingInArchive(FaultStack stack) {
    SnapshotArchive archive = new SnapshotArchive(new FolderStorage(stack.archive()));
    Map<String, Set<String>> sent = new TreeMap<>();
    for (Telemetry event : events) {
      if (event instanceof Telemetry.Snapshot snapshot) {
        sent.computeIfAbsent(snapshot.trace(), trace -> new TreeSet<>()).add(snapshot.id());
      }
    }
    Set<String> missing = new TreeSet<>();
    sent.forEach(
        (trace, snapshots) -> {
          List<String> found = new ArrayList<>();
          archive.read(trace).ifPresent(there -> found.addAll(there.snapshots().keySet()));
          snapshots.stream().filter(id -> !found.contains(id)).forEach(missing::add);
        });
    return missing;
  }
}

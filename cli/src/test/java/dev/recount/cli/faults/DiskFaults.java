package dev.recount.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** Disks that are full for a while. */
final class DiskFaults implements AutoCloseable {
  private static final String NO_SPACE = "No space left on device";
  private static final Map<String, Integer> MEGABYTES =
      Map.of("kafka", 384, "topology", 96, "clickhouse", 256, "archive", 32);

  private final Map<String, RamDisk> disks = new TreeMap<>();

  private DiskFaults() {}

  /**
   * Puts a disk of its own under each part of a stack that is yet to start there; empty where this
   * user may not.
   */
  static Optional<DiskFaults> mount(Path folder) {
    DiskFaults faults = new DiskFaults();
    for (Map.Entry<String, Integer> size : MEGABYTES.entrySet()) {
      RamDisk.mount(folder.resolve(size.getKey()), size.getValue() * FaultSize.ROUNDS)
          .ifPresent(disk -> faults.disks.put(size.getKey(), disk));
    }
    if (faults.disks.size() < MEGABYTES.size()) {
      faults.close();
      return Optional.empty();
    }
    return Optional.of(faults);
  }

  List<Fault> all(FaultStack stack) {
    return List.of(
        new Fault("disk of ClickHouse full", () -> fillClickHouse(stack)),
        new Fault("disk of the archive full", () -> fillArchive(stack)),
        new Fault("disk of the topology full", () -> fillState(stack)),
        new Fault("disk of the broker full", () -> fillBroker(stack)));
  }

  private RamDisk disk(String name) {
    return Objects.requireNonNull(disks.get(name), name);
  }

  private void fillClickHouse(FaultStack stack) {
    disk("clickhouse").fill();
    Patience.await("the sinks say so", () -> !stack.sinksHealth().isOk());
    disk("clickhouse").free();
  }

  private void fillArchive(FaultStack stack) {
    disk("archive").fill();
    Patience.await("the sinks say so", () -> !stack.sinksHealth().isOk());
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

  @Override
  public void close() {
    disks.values().forEach(RamDisk::close);
  }
}

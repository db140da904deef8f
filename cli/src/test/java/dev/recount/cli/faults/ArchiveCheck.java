package dev.recount.cli.faults;

import dev.recount.cli.oracle.Telemetry;
import dev.recount.sinks.archive.format.SnapshotArchive;
import dev.recount.sinks.archive.storage.FolderStorage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Whether what models saw is in the archive. */
final class ArchiveCheck {
  private ArchiveCheck() {}

  /** Waits until every snapshot that was sent is there. */
  static void awaitComplete(Path folder, List<Telemetry> events) {
    Map<String, Set<String>> missing = new TreeMap<>();
    for (Telemetry event : events) {
      if (event instanceof Telemetry.Snapshot snapshot) {
        missing.computeIfAbsent(snapshot.trace(), trace -> new TreeSet<>()).add(snapshot.id());
      }
    }
    SnapshotArchive archive = new SnapshotArchive(new FolderStorage(folder));
    Patience.await(
        "everything is archived",
        () -> {
          missing.forEach(
              (trace, snapshots) ->
                  archive
                      .read(trace)
                      .ifPresent(there -> snapshots.removeAll(there.snapshots().keySet())));
          return missing.values().stream().allMatch(Set::isEmpty);
        });
  }
}

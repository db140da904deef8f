package dev.recount.cli.context;

import dev.recount.avro.SegmentManifest;
import dev.recount.avro.SnapshotContent;
import dev.recount.avro.SnapshotRecord;
import dev.recount.cli.UserError;
import dev.recount.sinks.archive.format.ArchivedTrace;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What a model saw at one time.
 *
 * @param snapshot the manifest
 * @param number which of the trace's windows it is, from 1
 * @param of how many the trace has
 * @param segments from first to last
 */
record ContextWindow(SnapshotRecord snapshot, int number, int of, List<WindowSegment> segments) {
  private static final int MOST_NAMED = 5;

  ContextWindow {
    segments = List.copyOf(segments);
  }

  /**
   * The window of a snapshot.
   *
   * @throws dev.recount.sinks.archive.format.CorruptObjectException when it is not whole
   * @throws UserError when large content that it refers to is not there
   */
  static ContextWindow load(ArchivedTrace trace, String snapshotId, LargeContents large) {
    List<String> ids = List.copyOf(trace.snapshots().keySet());
    SnapshotRecord snapshot = trace.snapshots().get(snapshotId);
    if (snapshot == null) {
      throw new IllegalArgumentException("No snapshot " + snapshotId);
    }
    List<WindowSegment> segments = new ArrayList<>();
    for (SegmentManifest manifest : trace.window(snapshotId)) {
      SnapshotContent body =
          trace.body(manifest.getContentSha256()).map(large::inPlace).orElse(null);
      segments.add(new WindowSegment(segments.size(), manifest, body));
    }
    return new ContextWindow(snapshot, ids.indexOf(snapshotId) + 1, ids.size(), segments);
  }

  /**
   * Makes sure that the content of every segment is there.
   *
   * @throws UserError when it is not, with the reason
   */
  void requireContent() {
    String sentWithout = positions(WindowSegment::isWithoutContent);
    if (!sentWithout.isEmpty()) {
      throw new UserError(
          "Snapshot "
              + snapshot.getSnapshotId()
              + " was sent without the content of some of its segments, by content_sha256 or token"
              + " counts only: "
              + sentWithout
              + ".",
          "What nobody sends cannot be shown. --format table shows what is known of them.");
    }
    String missing = positions(segment -> segment.body() == null);
    if (!missing.isEmpty()) {
      throw new UserError(
          "The archive has snapshot "
              + snapshot.getSnapshotId()
              + ", but not the content of some of its segments: "
              + missing
              + ".",
          "It may be on its way: `recount status` shows how far the archive is behind. Else it was"
              + " removed.");
    }
  }

  private String positions(Predicate<WindowSegment> which) {
    List<WindowSegment> found = segments.stream().filter(which).toList();
    return found.stream()
            .limit(MOST_NAMED)
            .map(segment -> "number " + (segment.position() + 1))
            .collect(Collectors.joining(", "))
        + (found.size() > MOST_NAMED ? " and " + (found.size() - MOST_NAMED) + " more" : "");
  }
}

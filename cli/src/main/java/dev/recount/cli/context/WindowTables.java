package dev.recount.cli.context;

import dev.recount.avro.SegmentManifest;
import dev.recount.avro.SnapshotRecord;
import dev.recount.cli.output.TextTable;
import dev.recount.sinks.archive.format.ArchivedTrace;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Windows as tables, for which no content is needed. */
final class WindowTables {
  private WindowTables() {}

  /** The windows of a trace. */
  static TextTable windows(ArchivedTrace trace) {
    TextTable table =
        TextTable.of(
                "window",
                "snapshot",
                "captured_at",
                "boundary",
                "decision",
                "tokens",
                "limit",
                "segments",
                "new",
                "evicted",
                "truncated")
            .numbers("window", "tokens", "limit", "segments", "new", "evicted");
    int number = 0;
    for (SnapshotRecord snapshot : trace.snapshots().values()) {
      number++;
      table.row(
          number,
          snapshot.getSnapshotId(),
          snapshot.getCapturedAt(),
          snapshot.getBoundary(),
          known(snapshot.getDecisionId()),
          known(snapshot.getTokenCount()),
          known(snapshot.getTokenLimit()),
          snapshot.getSegmentCount(),
          snapshot.getSegments().size(),
          snapshot.getEvictedSegments(),
          snapshot.getTruncated());
    }
    return table;
  }

  /** The segments of a window. */
  static TextTable segments(ContextWindow window) {
    TextTable table =
        TextTable.of(
                "number", "kind", "source", "tokens", "bytes", "truncated", "content", "sha256")
            .numbers("number", "tokens", "bytes");
    for (WindowSegment segment : window.segments()) {
      SegmentManifest manifest = segment.manifest();
      table.row(
          segment.position() + 1,
          manifest.getKind(),
          known(manifest.getSource()),
          known(manifest.getTokenCount()),
          known(manifest.getContentBytes()),
          manifest.getTruncated(),
          segment.body() != null ? "yes" : segment.isWithoutContent() ? "not sent" : "missing",
          known(manifest.getContentSha256()));
    }
    return table;
  }

  private static String known(@Nullable Object value) {
    return Objects.toString(value, "");
  }
}

package dev.recount.cli.context;

import dev.recount.avro.SegmentManifest;
import dev.recount.avro.SnapshotContent;
import org.jspecify.annotations.Nullable;

/**
 * A segment of a context window.
 *
 * @param position from 0
 * @param manifest all that is known without its body
 * @param body its body with large content in its place; null when nobody sent it or it is not there
 */
record WindowSegment(int position, SegmentManifest manifest, @Nullable SnapshotContent body) {
  /** What a segment is recognised by in another window. */
  String key() {
    String hash = manifest.getContentSha256();
    return manifest.getKind()
        + " "
        + (hash != null ? hash : manifest.getSource() + " " + manifest.getTokenCount());
  }

  /** Whether whoever sent the snapshot sent no content of it, only a hash or counts. */
  boolean isWithoutContent() {
    return body == null && manifest.getContentBytes() == null;
  }
}

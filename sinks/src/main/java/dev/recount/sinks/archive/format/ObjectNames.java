package dev.recount.sinks.archive.format;

import dev.recount.avro.SnapshotContent;
import dev.recount.avro.SnapshotContents;
import dev.recount.avro.SnapshotRecord;
import dev.recount.schemas.TraceIds;
import java.util.Locale;

/**
 * What objects are called. Everything of a trace is in one folder, {@code <last two digits of the
 * trace ID>/<trace ID>}: the first digits of some senders' IDs are a clock, the last ones spread.
 *
 * <p>A name says what the object is, so that writing it again is writing the same: manifests are
 * named by the emission that made them, bodies by what they are.
 */
final class ObjectNames {
  static final String SUFFIX = ".avro.zst";

  private static final String MANIFESTS = "snapshots-";
  private static final String CONTENTS = "contents-";
  private static final int SHARD_DIGITS = 2;
  private static final int ID_DIGITS = 16;

  private ObjectNames() {}

  /** Folder of a trace. */
  static String folder(String traceId) {
    if (!TraceIds.isTraceId(traceId)) {
      throw new IllegalArgumentException("Not a trace ID: " + traceId);
    }
    return traceId.substring(traceId.length() - SHARD_DIGITS) + "/" + traceId;
  }

  /**
   * {@code snapshots-<key time>-<revision>-<16 digits of the SHA-256 of the first snapshot's
   * ID>.avro.zst}.
   */
  static String of(SnapshotRecord manifests) {
    return folder(manifests.getTraceId())
        + "/"
        + MANIFESTS
        + String.format(
            Locale.ROOT,
            "%013d-%06d-",
            manifests.getKeyTime().toEpochMilli(),
            manifests.getRevision())
        + Digests.hexOf(manifests.getSnapshotId()).substring(0, ID_DIGITS)
        + SUFFIX;
  }

  /** {@code contents-<SHA-256 of the bodies' SHA-256, in order>.avro.zst}. */
  static String of(SnapshotContents contents) {
    StringBuilder digests = new StringBuilder();
    for (SnapshotContent body : contents.getContents()) {
      digests.append(Digests.hexOf(body.getContent()));
    }
    return folder(contents.getTraceId())
        + "/"
        + CONTENTS
        + Digests.hexOf(digests.toString())
        + SUFFIX;
  }

  static boolean isManifests(String name) {
    return isOf(name, MANIFESTS);
  }

  static boolean isContents(String name) {
    return isOf(name, CONTENTS);
  }

  private static boolean isOf(String name, String kind) {
    return name.startsWith(kind, name.lastIndexOf('/') + 1) && name.endsWith(SUFFIX);
  }
}

package dev.recount.cli.context;

import dev.recount.avro.Phase;
import dev.recount.avro.SegmentKind;
import dev.recount.avro.SegmentManifest;
import dev.recount.avro.SnapshotContent;
import dev.recount.avro.SnapshotContents;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.Versions;
import dev.recount.schemas.Contracts;
import dev.recount.schemas.content.ContentReference;
import dev.recount.sinks.archive.format.ArchivedTrace;
import dev.recount.topology.context.MessageSegments;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts a window together as the topology would. */
final class Windows {
  static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  static final String SNAPSHOT = "snap-1";

  static {
    Contracts.trust();
  }

  private final List<SegmentManifest> segments = new ArrayList<>();
  private final List<SnapshotContent> bodies = new ArrayList<>();

  /** A segment of text. */
  Windows text(SegmentKind kind, @Nullable String source, String text) {
    return add(kind, source, ContentReference.TEXT, text, true);
  }

  /** A segment that is a message. */
  Windows json(SegmentKind kind, String json) {
    return add(kind, null, ContentReference.JSON, json, true);
  }

  /** The segment of tool definitions. */
  Windows tools(String json) {
    return add(
        SegmentKind.OTHER, MessageSegments.TOOL_DEFINITIONS, ContentReference.JSON, json, true);
  }

  /** A segment whose body is not in the archive. */
  Windows lost(SegmentKind kind, String text) {
    return add(kind, null, ContentReference.TEXT, text, false);
  }

  /** A segment of which nobody sent the body. */
  Windows hashOnly(String sha256) {
    segments.add(SegmentManifest.newBuilder().setContentSha256(sha256).build());
    return this;
  }

  private Windows add(
      SegmentKind kind, @Nullable String source, String type, String text, boolean kept) {
    ContentReference own =
        ContentReference.to(text.getBytes(StandardCharsets.UTF_8), ContentReference.TEXT);
    ContentReference content = ContentReference.parse(text).orElse(own);
    segments.add(
        SegmentManifest.newBuilder()
            .setKind(kind)
            .setSource(source)
            .setContentSha256(content.sha256())
            .setContentBytes(content.bytes())
            .build());
    if (kept) {
      bodies.add(new SnapshotContent(type, text));
    }
    return this;
  }

  /** The records of a trace with this window alone. */
  SnapshotRecord manifest() {
    return SnapshotRecord.newBuilder()
        .setTraceId(TRACE)
        .setSnapshotId(SNAPSHOT)
        .setDecisionId("decision-1")
        .setCapturedAt(Instant.EPOCH)
        .setSegments(segments)
        .setSegmentCount(segments.size())
        .setVersions(Versions.newBuilder().setModel("gpt-4o").build())
        .setPhase(Phase.settled)
        .setRevision(1)
        .setKeyTime(Instant.EPOCH)
        .build();
  }

  /** Its bodies. */
  SnapshotContents contents() {
    return new SnapshotContents(TRACE, bodies, Instant.EPOCH);
  }

  /** The window as it is read back, with large content in a folder. */
  ContextWindow load(Path folder) {
    return ContextWindow.load(
        ArchivedTrace.of(TRACE, List.of(manifest()), List.of(contents())),
        SNAPSHOT,
        new LargeContents(folder));
  }
}

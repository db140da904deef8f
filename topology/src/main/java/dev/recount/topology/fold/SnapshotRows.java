package dev.recount.topology.fold;

import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.Phase;
import dev.recount.avro.SegmentManifest;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.Versions;
import dev.recount.topology.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns context snapshots into their manifests. */
final class SnapshotRows {
  private SnapshotRows() {}

  static SnapshotRecord row(
      ContextSnapshot snapshot,
      @Nullable String spanId,
      @Nullable DecisionDraft decision,
      Identity trace) {
    SnapshotRecord row = new SnapshotRecord();
    row.setTraceId(snapshot.getTraceId());
    row.setSnapshotId(snapshot.getSnapshotId());
    row.setSpanId(spanId);
    row.setDecisionId(decision == null ? null : decision.id);
    row.setCapturedAt(snapshot.getCapturedAt());
    row.setBoundary(snapshot.getBoundary());
    row.setTokenCount(ContextWindow.tokens(snapshot));
    row.setTokenLimit(snapshot.getTokenLimit());
    row.setTruncated(ContextWindow.truncated(snapshot));
    List<SegmentManifest> segments = new ArrayList<>(snapshot.getSegments().size());
    for (ContextSegment segment : snapshot.getSegments()) {
      segments.add(manifest(segment));
    }
    row.setSegments(segments);
    row.setService(trace.service());
    row.setEnvironment(trace.environment());
    row.setSessionId(trace.sessionId());
    row.setUserId(trace.userId());
    Versions inherited = decision == null ? trace.versions() : decision.versions;
    row.setVersions(
        snapshot.getVersions() == null
            ? inherited
            : VersionTuples.overlay(snapshot.getVersions(), inherited));
    row.setRetained(true);
    row.setSampleWeight(1.0);
    row.setPhase(Phase.provisional);
    row.setKeyTime(Instant.EPOCH);
    return row;
  }

  private static SegmentManifest manifest(ContextSegment segment) {
    SegmentManifest manifest = new SegmentManifest();
    manifest.setKind(segment.getKind());
    manifest.setSource(segment.getSource());
    manifest.setTokenCount(segment.getTokenCount());
    manifest.setOriginalTokenCount(segment.getOriginalTokenCount());
    manifest.setScore(segment.getScore());
    manifest.setTruncated(segment.getTruncated());
    String content = segment.getContent();
    if (content != null) {
      manifest.setContentBytes((long) content.getBytes(StandardCharsets.UTF_8).length);
    }
    manifest.setContentSha256(
        segment.getContentSha256() == null && content != null
            ? Sha256.hexOf(content)
            : segment.getContentSha256());
    return manifest;
  }
}

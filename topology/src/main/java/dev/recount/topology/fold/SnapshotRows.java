package dev.recount.topology.fold;

import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.MemoryChunk;
import dev.recount.avro.Phase;
import dev.recount.avro.SegmentKind;
import dev.recount.avro.SegmentManifest;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.Versions;
import dev.recount.topology.context.Window;
import dev.recount.topology.context.WindowChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Turns context snapshots into their manifests. */
final class SnapshotRows {
  private SnapshotRows() {}

  static SnapshotRecord row(SnapshotNode node, Identity trace) {
    ContextSnapshot snapshot = node.event;
    DecisionDraft decision = node.decision;
    SnapshotRecord row = new SnapshotRecord();
    row.setTraceId(snapshot.getTraceId());
    row.setSnapshotId(snapshot.getSnapshotId());
    row.setSpanId(node.spanId);
    row.setDecisionId(decision == null ? null : decision.id);
    row.setCapturedAt(snapshot.getCapturedAt());
    row.setBoundary(snapshot.getBoundary());
    row.setTokenCount(node.tokens);
    row.setTokenLimit(snapshot.getTokenLimit());
    row.setDerived(node.madeOf != null);
    row.setTokensEstimated(node.madeOf != null && snapshot.getTokenCount() == null);
    describe(row, node);
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
    row.setFollowing(List.of());
    row.setPhase(Phase.provisional);
    row.setKeyTime(Instant.EPOCH);
    return row;
  }

  private static void describe(SnapshotRecord row, SnapshotNode node) {
    WindowChange change = node.change;
    Window window = node.window;
    Window before = node.before;
    List<SegmentManifest> segments = new ArrayList<>(change.added().size());
    for (int position : change.added()) {
      SegmentManifest segment = manifest(window, window.segments().get(position));
      Integer longer = change.truncated().get(position);
      if (longer != null && before != null) {
        segment.setTruncated(true);
        if (segment.getOriginalTokenCount() == null) {
          segment.setOriginalTokenCount(before.segments().get(longer).getTokenCount());
        }
      }
      segments.add(segment);
    }
    row.setSegments(segments);
    row.setSegmentCount(window.segments().size());
    row.setTokensByKind(tokensByKind(window.segments()));
    row.setTruncated(node.truncated);
    row.setBaseSnapshotId(change.baseSnapshotId());
    row.setKept(change.kept());
    row.setEvictedSegments(change.evictedSegments());
    row.setEvictedTokens(change.baseSnapshotId() == null ? null : change.evictedTokens());
    row.setCompacted(change.compacted());
    row.setLostInstructions(change.lostInstructions());
    row.setMemoryChunks(memoryChunks(window.segments()));
  }

  private static Map<String, Long> tokensByKind(List<ContextSegment> segments) {
    Map<String, Long> tokens = new TreeMap<>();
    Set<String> unknown = new HashSet<>();
    for (ContextSegment segment : segments) {
      String kind = segment.getKind().name();
      if (segment.getTokenCount() == null) {
        unknown.add(kind);
      } else {
        tokens.merge(kind, segment.getTokenCount(), Long::sum);
      }
    }
    tokens.keySet().removeAll(unknown);
    return tokens;
  }

  private static List<MemoryChunk> memoryChunks(List<ContextSegment> segments) {
    List<MemoryChunk> chunks = new ArrayList<>();
    for (ContextSegment segment : segments) {
      if (segment.getKind() == SegmentKind.MEMORY && segment.getSource() != null) {
        chunks.add(new MemoryChunk(segment.getSource(), segment.getScore()));
      }
    }
    return chunks;
  }

  private static SegmentManifest manifest(Window window, ContextSegment segment) {
    SegmentManifest manifest = new SegmentManifest();
    manifest.setKind(segment.getKind());
    manifest.setSource(segment.getSource());
    manifest.setTokenCount(segment.getTokenCount());
    manifest.setOriginalTokenCount(segment.getOriginalTokenCount());
    manifest.setScore(segment.getScore());
    manifest.setTruncated(segment.getTruncated());
    manifest.setContentSha256(segment.getContentSha256());
    manifest.setContentBytes(window.bytes(segment));
    return manifest;
  }
}

package dev.recount.sinks.clickhouse.tables;

import dev.recount.avro.SnapshotRecord;
import dev.recount.sinks.clickhouse.rows.Table;
import dev.recount.sinks.clickhouse.rows.Values;

/** One row per context snapshot. */
final class ContextSnapshotsTable {
  static final Table<SnapshotRecord> TABLE =
      Table.<SnapshotRecord>named("context_snapshots")
          .text("trace_id", SnapshotRecord::getTraceId)
          .text("snapshot_id", SnapshotRecord::getSnapshotId)
          .text("span_id", SnapshotRecord::getSpanId)
          .text("decision_id", SnapshotRecord::getDecisionId)
          .micros("captured_at", SnapshotRecord::getCapturedAt)
          .symbol("boundary", SnapshotRecord::getBoundary)
          .optionalNumber("token_count", SnapshotRecord::getTokenCount)
          .optionalNumber("token_limit", SnapshotRecord::getTokenLimit)
          .flag("truncated", SnapshotRecord::getTruncated)
          .array(
              "segments",
              SnapshotRecord::getSegments,
              (row, segment) -> {
                row.string(segment.getKind().name());
                Values.text(row, segment.getSource());
                Values.optionalNumber(row, segment.getTokenCount());
                Values.optionalNumber(row, segment.getOriginalTokenCount());
                Values.optionalReal(row, segment.getScore());
                row.bool(segment.getTruncated());
                Values.text(row, segment.getContentSha256());
                Values.optionalNumber(row, segment.getContentBytes());
              })
          .flag("derived", SnapshotRecord::getDerived)
          .flag("tokens_estimated", SnapshotRecord::getTokensEstimated)
          .number("segment_count", SnapshotRecord::getSegmentCount)
          .column(
              "tokens_by_kind",
              (row, snapshot) -> {
                row.size(snapshot.getTokensByKind().size());
                snapshot
                    .getTokensByKind()
                    .forEach(
                        (kind, tokens) -> {
                          row.string(kind);
                          row.int64(tokens);
                        });
              })
          .text("base_snapshot_id", SnapshotRecord::getBaseSnapshotId)
          .array(
              "kept",
              SnapshotRecord::getKept,
              (row, run) -> {
                row.int64(run.getPosition());
                row.int64(run.getBasePosition());
                row.int64(run.getCount());
              })
          .number("evicted_segments", SnapshotRecord::getEvictedSegments)
          .optionalNumber("evicted_tokens", SnapshotRecord::getEvictedTokens)
          .flag("compacted", SnapshotRecord::getCompacted)
          .texts("lost_instructions", SnapshotRecord::getLostInstructions)
          .array(
              "memory_chunks",
              SnapshotRecord::getMemoryChunks,
              (row, chunk) -> {
                row.string(chunk.getId());
                Values.optionalReal(row, chunk.getScore());
              })
          .text("service", SnapshotRecord::getService)
          .text("environment", SnapshotRecord::getEnvironment)
          .text("session_id", SnapshotRecord::getSessionId)
          .text("user_id", SnapshotRecord::getUserId)
          .include(table -> SharedColumns.versions(table, SnapshotRecord::getVersions))
          .flag("retained", SnapshotRecord::getRetained)
          .text("retained_by", SnapshotRecord::getRetainedBy)
          .real("sample_weight", SnapshotRecord::getSampleWeight)
          .symbol("phase", SnapshotRecord::getPhase)
          .replacing(
              SnapshotRecord::getRevision, SnapshotRecord::getKeyTime, SnapshotRecord::getDeleted)
          .build();

  private ContextSnapshotsTable() {}
}

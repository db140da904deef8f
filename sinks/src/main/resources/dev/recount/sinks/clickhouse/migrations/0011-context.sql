-- What became of each context window since the one before it of the same agent. segments holds what is
-- new; what was kept of the window before is in kept, as runs of segments by position.
ALTER TABLE ${database}.context_snapshots${on_cluster}
    ADD COLUMN IF NOT EXISTS derived Bool AFTER segments,
    ADD COLUMN IF NOT EXISTS tokens_estimated Bool AFTER derived,
    ADD COLUMN IF NOT EXISTS segment_count Int64 CODEC(ZSTD(1)) AFTER tokens_estimated,
    ADD COLUMN IF NOT EXISTS tokens_by_kind Map(LowCardinality(String), Int64) CODEC(ZSTD(1)) AFTER segment_count,
    ADD COLUMN IF NOT EXISTS base_snapshot_id String CODEC(ZSTD(1)) AFTER tokens_by_kind,
    ADD COLUMN IF NOT EXISTS kept Array(Tuple(position Int64, base_position Int64, count Int64)) CODEC(ZSTD(1)) AFTER base_snapshot_id,
    ADD COLUMN IF NOT EXISTS evicted_segments Int64 CODEC(ZSTD(1)) AFTER kept,
    ADD COLUMN IF NOT EXISTS evicted_tokens Nullable(Int64) CODEC(ZSTD(1)) AFTER evicted_segments,
    ADD COLUMN IF NOT EXISTS compacted Bool AFTER evicted_tokens,
    ADD COLUMN IF NOT EXISTS lost_instructions Array(String) CODEC(ZSTD(1)) AFTER compacted,
    ADD COLUMN IF NOT EXISTS memory_chunks Array(Tuple(id String, score Nullable(Float64))) CODEC(ZSTD(1)) AFTER lost_instructions;

CREATE OR REPLACE VIEW ${database}.context_snapshots_latest${on_cluster} AS
SELECT * EXCEPT (key_time, deleted)
FROM ${database}.context_snapshots FINAL
SETTINGS
    do_not_merge_across_partitions_select_final = 1,
    use_skip_indexes_if_final = 1,
    use_skip_indexes_if_final_exact_mode = 1;

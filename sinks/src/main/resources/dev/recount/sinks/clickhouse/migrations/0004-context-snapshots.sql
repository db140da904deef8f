-- One row per context snapshot: what was in the window, without the bodies.
CREATE TABLE IF NOT EXISTS ${database}.context_snapshots${on_cluster}
(
    trace_id String CODEC(ZSTD(1)),
    snapshot_id String CODEC(ZSTD(1)),
    span_id String CODEC(ZSTD(1)),
    decision_id String CODEC(ZSTD(1)),
    captured_at DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    boundary LowCardinality(String) CODEC(ZSTD(1)),
    token_count Nullable(Int64) CODEC(ZSTD(1)),
    token_limit Nullable(Int64) CODEC(ZSTD(1)),
    truncated Bool,
    segments Array(Tuple(kind LowCardinality(String), source String, token_count Nullable(Int64), original_token_count Nullable(Int64), score Nullable(Float64), truncated Bool, content_sha256 String, content_bytes Nullable(Int64))) CODEC(ZSTD(3)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    environment LowCardinality(String) CODEC(ZSTD(1)),
    session_id String CODEC(ZSTD(1)),
    user_id String CODEC(ZSTD(1)),
    agent_name LowCardinality(String) CODEC(ZSTD(1)),
    agent_version LowCardinality(String) CODEC(ZSTD(1)),
    model LowCardinality(String) CODEC(ZSTD(1)),
    response_model LowCardinality(String) CODEC(ZSTD(1)),
    prompt_name LowCardinality(String) CODEC(ZSTD(1)),
    prompt_version LowCardinality(String) CODEC(ZSTD(1)),
    tool_schema_version LowCardinality(String) CODEC(ZSTD(1)),
    memory_index_version LowCardinality(String) CODEC(ZSTD(1)),
    framework LowCardinality(String) CODEC(ZSTD(1)),
    framework_version LowCardinality(String) CODEC(ZSTD(1)),
    release LowCardinality(String) CODEC(ZSTD(1)),
    retained Bool,
    retained_by LowCardinality(String) CODEC(ZSTD(1)),
    sample_weight Float64 CODEC(ZSTD(1)),
    phase LowCardinality(String) CODEC(ZSTD(1)),
    revision UInt64 CODEC(T64, ZSTD(1)),
    key_time DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    deleted UInt8 DEFAULT 0,
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX captured_at_range captured_at TYPE minmax GRANULARITY 1
)
ENGINE = ${engine}(revision, deleted)
PARTITION BY toMonday(key_time)
ORDER BY (toStartOfHour(key_time), trace_id, snapshot_id)
TTL toDateTime(key_time) + INTERVAL ${retention_days} DAY
SETTINGS ttl_only_drop_parts = 1;

CREATE VIEW IF NOT EXISTS ${database}.context_snapshots_latest${on_cluster} AS
SELECT * EXCEPT (key_time, deleted)
FROM ${database}.context_snapshots FINAL
SETTINGS
    do_not_merge_across_partitions_select_final = 1,
    use_skip_indexes_if_final = 1,
    use_skip_indexes_if_final_exact_mode = 1;

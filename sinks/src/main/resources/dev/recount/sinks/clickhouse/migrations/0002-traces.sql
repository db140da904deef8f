-- One row per trace.
CREATE TABLE IF NOT EXISTS ${database}.traces${on_cluster}
(
    trace_id String CODEC(ZSTD(1)),
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
    started_at DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    ended_at Nullable(DateTime64(6, 'UTC')) CODEC(Delta(8), ZSTD(1)),
    root_name LowCardinality(String) CODEC(ZSTD(1)),
    span_count UInt64 CODEC(T64, ZSTD(1)),
    late_span_count UInt64 CODEC(T64, ZSTD(1)),
    decision_count UInt64 CODEC(T64, ZSTD(1)),
    error_count UInt64 CODEC(T64, ZSTD(1)),
    snapshot_count UInt64 CODEC(T64, ZSTD(1)),
    tools Array(LowCardinality(String)) CODEC(ZSTD(1)),
    flags Array(LowCardinality(String)) CODEC(ZSTD(1)),
    status LowCardinality(String) CODEC(ZSTD(1)),
    error_type LowCardinality(String) CODEC(ZSTD(1)),
    escalated Bool,
    rolled_back Bool,
    evaluation_min_score Nullable(Float64) CODEC(ZSTD(1)),
    feedback_score Nullable(Float64) CODEC(ZSTD(1)),
    evaluation_names Array(LowCardinality(String)) CODEC(ZSTD(1)),
    evaluation_scores Array(Nullable(Float64)) CODEC(ZSTD(1)),
    evaluation_labels Array(LowCardinality(String)) CODEC(ZSTD(1)),
    evaluation_passed Array(Nullable(Bool)) CODEC(ZSTD(1)),
    feedback_ids Array(String) CODEC(ZSTD(1)),
    feedback_kinds Array(LowCardinality(String)) CODEC(ZSTD(1)),
    feedback_names Array(LowCardinality(String)) CODEC(ZSTD(1)),
    feedback_scores Array(Nullable(Float64)) CODEC(ZSTD(1)),
    feedback_labels Array(LowCardinality(String)) CODEC(ZSTD(1)),
    feedback_occurred_at Array(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    feedback_lag_ms Nullable(Int64) CODEC(ZSTD(1)),
    input_tokens Nullable(Int64) CODEC(ZSTD(1)),
    output_tokens Nullable(Int64) CODEC(ZSTD(1)),
    max_context_utilization Nullable(Float64) CODEC(ZSTD(1)),
    suspect_decision_id String CODEC(ZSTD(1)),
    retained Bool,
    retained_by LowCardinality(String) CODEC(ZSTD(1)),
    sample_weight Float64 CODEC(ZSTD(1)),
    phase LowCardinality(String) CODEC(ZSTD(1)),
    revision UInt64 CODEC(T64, ZSTD(1)),
    key_time DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    deleted UInt8 DEFAULT 0,
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX session_id_bloom session_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX started_at_range started_at TYPE minmax GRANULARITY 1
)
ENGINE = ${engine}(revision, deleted)
PARTITION BY toMonday(key_time)
ORDER BY (toStartOfHour(key_time), trace_id)
TTL toDateTime(key_time) + INTERVAL ${retention_days} DAY
SETTINGS ttl_only_drop_parts = 1;

CREATE VIEW IF NOT EXISTS ${database}.traces_latest${on_cluster} AS
SELECT * EXCEPT (key_time, deleted)
FROM ${database}.traces FINAL
SETTINGS
    do_not_merge_across_partitions_select_final = 1,
    use_skip_indexes_if_final = 1,
    use_skip_indexes_if_final_exact_mode = 1;

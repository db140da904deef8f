-- One row per verdict of an evaluator.
CREATE TABLE IF NOT EXISTS ${database}.evaluations${on_cluster}
(
    evaluation_id String CODEC(ZSTD(1)),
    trace_id String CODEC(ZSTD(1)),
    decision_id String CODEC(ZSTD(1)),
    span_id String CODEC(ZSTD(1)),
    name LowCardinality(String) CODEC(ZSTD(1)),
    evaluator LowCardinality(String) CODEC(ZSTD(1)),
    score Nullable(Float64) CODEC(ZSTD(1)),
    label LowCardinality(String) CODEC(ZSTD(1)),
    passed Nullable(Bool) CODEC(ZSTD(1)),
    explanation String CODEC(ZSTD(3)),
    evaluated_at DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
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
    INDEX evaluated_at_range evaluated_at TYPE minmax GRANULARITY 1
)
ENGINE = ${engine}(revision, deleted)
PARTITION BY toMonday(key_time)
ORDER BY (toStartOfHour(key_time), trace_id, evaluation_id)
TTL toDateTime(key_time) + INTERVAL ${retention_days} DAY
SETTINGS ttl_only_drop_parts = 1;

CREATE VIEW IF NOT EXISTS ${database}.evaluations_latest${on_cluster} AS
SELECT * EXCEPT (key_time, deleted)
FROM ${database}.evaluations FINAL
SETTINGS
    do_not_merge_across_partitions_select_final = 1,
    use_skip_indexes_if_final = 1,
    use_skip_indexes_if_final_exact_mode = 1;

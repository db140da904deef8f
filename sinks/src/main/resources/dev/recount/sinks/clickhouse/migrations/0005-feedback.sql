-- One row per feedback event, joined or not. trace_id and decision_id are what it was joined to; what
-- the sender named is in sent_trace_id, sent_decision_id and the other IDs. The trace may be found
-- later, so it is no part of the key.
CREATE TABLE IF NOT EXISTS ${database}.feedback${on_cluster}
(
    feedback_id String CODEC(ZSTD(1)),
    kind LowCardinality(String) CODEC(ZSTD(1)),
    source LowCardinality(String) CODEC(ZSTD(1)),
    name LowCardinality(String) CODEC(ZSTD(1)),
    score Nullable(Float64) CODEC(ZSTD(1)),
    label LowCardinality(String) CODEC(ZSTD(1)),
    passed Nullable(Bool) CODEC(ZSTD(1)),
    comment String CODEC(ZSTD(3)),
    occurred_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    match LowCardinality(String) CODEC(ZSTD(1)),
    reason LowCardinality(String) CODEC(ZSTD(1)),
    trace_id String CODEC(ZSTD(1)),
    decision_id String CODEC(ZSTD(1)),
    lag_ms Nullable(Int64) CODEC(ZSTD(1)),
    sent_trace_id String CODEC(ZSTD(1)),
    response_id String CODEC(ZSTD(1)),
    tool_call_id String CODEC(ZSTD(1)),
    session_id String CODEC(ZSTD(1)),
    span_id String CODEC(ZSTD(1)),
    sent_decision_id String CODEC(ZSTD(1)),
    snapshot_id String CODEC(ZSTD(1)),
    sent_model LowCardinality(String) CODEC(ZSTD(1)),
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(3)),
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
    revision UInt64 CODEC(T64, ZSTD(1)),
    key_time DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    deleted UInt8 DEFAULT 0,
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX occurred_at_range occurred_at TYPE minmax GRANULARITY 1
)
ENGINE = ${engine}(revision, deleted)
PARTITION BY toMonday(key_time)
ORDER BY (toStartOfHour(key_time), feedback_id)
TTL toDateTime(key_time) + INTERVAL ${retention_days} DAY
SETTINGS ttl_only_drop_parts = 1;

CREATE VIEW IF NOT EXISTS ${database}.feedback_latest${on_cluster} AS
SELECT * EXCEPT (key_time, deleted)
FROM ${database}.feedback FINAL
SETTINGS
    do_not_merge_across_partitions_select_final = 1,
    use_skip_indexes_if_final = 1,
    use_skip_indexes_if_final_exact_mode = 1;

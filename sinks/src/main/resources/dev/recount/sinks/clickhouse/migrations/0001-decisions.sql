-- One row per decision of an agent.
--
-- Sort key, partition and expiry use key_time (the append time of the trace's first event, which never
-- changes) and IDs. The hour comes first, so that rows lie in order of time and the minmax index on
-- started_at is narrow; within the hour a trace's rows lie together.
-- An absent text is '', an absent number or time is NULL.
CREATE TABLE IF NOT EXISTS ${database}.decisions${on_cluster}
(
    trace_id String CODEC(ZSTD(1)),
    decision_id String CODEC(ZSTD(1)),
    parent_id String CODEC(ZSTD(1)),
    span_id String CODEC(ZSTD(1)),
    chain Array(String) CODEC(ZSTD(1)),
    step UInt32 CODEC(T64, ZSTD(1)),
    kind LowCardinality(String) CODEC(ZSTD(1)),
    name String CODEC(ZSTD(1)),
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
    tool_name LowCardinality(String) CODEC(ZSTD(1)),
    tool_call_id String CODEC(ZSTD(1)),
    tool_arguments String CODEC(ZSTD(3)),
    tool_result String CODEC(ZSTD(3)),
    considered Array(Tuple(name String, score Nullable(Float64), rejected_because String)) CODEC(ZSTD(3)),
    chosen String CODEC(ZSTD(1)),
    rationale String CODEC(ZSTD(3)),
    confidence Nullable(Float64) CODEC(ZSTD(1)),
    constraints Array(String) CODEC(ZSTD(3)),
    expected_outcome String CODEC(ZSTD(3)),
    actual_outcome String CODEC(ZSTD(3)),
    status LowCardinality(String) CODEC(ZSTD(1)),
    error_type LowCardinality(String) CODEC(ZSTD(1)),
    error_message String CODEC(ZSTD(3)),
    input_tokens Nullable(Int64) CODEC(ZSTD(1)),
    output_tokens Nullable(Int64) CODEC(ZSTD(1)),
    snapshot_id String CODEC(ZSTD(1)),
    context_tokens Nullable(Int64) CODEC(ZSTD(1)),
    context_limit Nullable(Int64) CODEC(ZSTD(1)),
    context_truncated Bool,
    memory_chunk_ids Array(String) CODEC(ZSTD(1)),
    tool_depth UInt32 CODEC(T64, ZSTD(1)),
    flags Array(LowCardinality(String)) CODEC(ZSTD(1)),
    suspect_decision_id String CODEC(ZSTD(1)),
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
    retained Bool,
    retained_by LowCardinality(String) CODEC(ZSTD(1)),
    sample_weight Float64 CODEC(ZSTD(1)),
    phase LowCardinality(String) CODEC(ZSTD(1)),
    revision UInt64 CODEC(T64, ZSTD(1)),
    key_time DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    deleted UInt8 DEFAULT 0,
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX started_at_range started_at TYPE minmax GRANULARITY 1
)
ENGINE = ${engine}(revision, deleted)
PARTITION BY toMonday(key_time)
ORDER BY (toStartOfHour(key_time), trace_id, decision_id)
TTL toDateTime(key_time) + INTERVAL ${retention_days} DAY
SETTINGS ttl_only_drop_parts = 1;

-- What users query: one row per key, the highest revision, nothing withdrawn. Rows are reduced before
-- any filter on a column that may change, and the skip indexes prune all the same. The star stands for
-- the columns of today: a later migration that adds one replaces the view too.
CREATE VIEW IF NOT EXISTS ${database}.decisions_latest${on_cluster} AS
SELECT * EXCEPT (key_time, deleted)
FROM ${database}.decisions FINAL
SETTINGS
    do_not_merge_across_partitions_select_final = 1,
    use_skip_indexes_if_final = 1,
    use_skip_indexes_if_final_exact_mode = 1;

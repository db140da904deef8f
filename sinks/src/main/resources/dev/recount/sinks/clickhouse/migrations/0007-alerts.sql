-- One row per alert.
CREATE TABLE IF NOT EXISTS ${database}.alerts${on_cluster}
(
    alert_id String CODEC(ZSTD(1)),
    rule LowCardinality(String) CODEC(ZSTD(1)),
    state LowCardinality(String) CODEC(ZSTD(1)),
    severity LowCardinality(String) CODEC(ZSTD(1)),
    summary String CODEC(ZSTD(3)),
    labels Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    value Nullable(Float64) CODEC(ZSTD(1)),
    threshold Nullable(Float64) CODEC(ZSTD(1)),
    fired_at DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    resolved_at Nullable(DateTime64(6, 'UTC')) CODEC(Delta(8), ZSTD(1)),
    example_trace_ids Array(String) CODEC(ZSTD(1)),
    revision UInt64 CODEC(T64, ZSTD(1)),
    key_time DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    deleted UInt8 DEFAULT 0,
    INDEX fired_at_range fired_at TYPE minmax GRANULARITY 1
)
ENGINE = ${engine}(revision, deleted)
PARTITION BY toMonday(key_time)
ORDER BY (toStartOfHour(key_time), alert_id)
TTL toDateTime(key_time) + INTERVAL ${retention_days} DAY
SETTINGS ttl_only_drop_parts = 1;

CREATE VIEW IF NOT EXISTS ${database}.alerts_latest${on_cluster} AS
SELECT * EXCEPT (key_time, deleted)
FROM ${database}.alerts FINAL
SETTINGS
    do_not_merge_across_partitions_select_final = 1,
    use_skip_indexes_if_final = 1,
    use_skip_indexes_if_final_exact_mode = 1;

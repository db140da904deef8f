-- One row per record, or part of a record, that could not be processed.
--
-- Its origin and the error are its identity: several parts of one record may be refused, and a part may
-- be refused again after a restart. No time of the record itself can be trusted here, so rows expire by
-- the time at which they were written, which has no part in the key.
CREATE TABLE IF NOT EXISTS ${database}.dead_letters${on_cluster}
(
    topic LowCardinality(String) CODEC(ZSTD(1)),
    partition Int32 CODEC(ZSTD(1)),
    offset Int64 CODEC(ZSTD(1)),
    timestamp Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    stage LowCardinality(String) CODEC(ZSTD(1)),
    error String CODEC(ZSTD(3)),
    key String CODEC(ZSTD(1)),
    value String CODEC(ZSTD(3)),
    headers Map(LowCardinality(String), String) CODEC(ZSTD(3)),
    revision UInt64 CODEC(ZSTD(1)),
    key_time DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(Delta(8), ZSTD(1)),
    deleted UInt8 DEFAULT 0
)
ENGINE = ${engine}(revision, deleted)
ORDER BY (topic, partition, offset, sipHash64(stage, error))
TTL toDateTime(key_time) + INTERVAL ${retention_days} DAY;

CREATE VIEW IF NOT EXISTS ${database}.dead_letters_latest${on_cluster} AS
SELECT * EXCEPT (key_time, deleted)
FROM ${database}.dead_letters FINAL;

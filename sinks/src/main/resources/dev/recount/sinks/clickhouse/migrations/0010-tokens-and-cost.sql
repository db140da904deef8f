-- Tokens by kind, cost, and whether what came of a decision is what was expected.
--
-- Cost is counted in billionths of a US dollar, so that sums are exact; the views show it in dollars
-- too. Where it is not known it is NULL, not 0.
ALTER TABLE ${database}.decisions${on_cluster}
    ADD COLUMN IF NOT EXISTS total_tokens Nullable(Int64) CODEC(ZSTD(1)) AFTER output_tokens,
    ADD COLUMN IF NOT EXISTS fresh_input_tokens Nullable(Int64) CODEC(ZSTD(1)) AFTER total_tokens,
    ADD COLUMN IF NOT EXISTS cache_read_tokens Nullable(Int64) CODEC(ZSTD(1)) AFTER fresh_input_tokens,
    ADD COLUMN IF NOT EXISTS cache_write_tokens Nullable(Int64) CODEC(ZSTD(1)) AFTER cache_read_tokens,
    ADD COLUMN IF NOT EXISTS reasoning_tokens Nullable(Int64) CODEC(ZSTD(1)) AFTER cache_write_tokens,
    ADD COLUMN IF NOT EXISTS cost_nano_usd Nullable(Int64) CODEC(ZSTD(1)) AFTER reasoning_tokens,
    ADD COLUMN IF NOT EXISTS outcome_matched Nullable(Bool) CODEC(ZSTD(1)) AFTER actual_outcome;

ALTER TABLE ${database}.traces${on_cluster}
    ADD COLUMN IF NOT EXISTS total_tokens Nullable(Int64) CODEC(ZSTD(1)) AFTER output_tokens,
    ADD COLUMN IF NOT EXISTS fresh_input_tokens Nullable(Int64) CODEC(ZSTD(1)) AFTER total_tokens,
    ADD COLUMN IF NOT EXISTS cache_read_tokens Nullable(Int64) CODEC(ZSTD(1)) AFTER fresh_input_tokens,
    ADD COLUMN IF NOT EXISTS cache_write_tokens Nullable(Int64) CODEC(ZSTD(1)) AFTER cache_read_tokens,
    ADD COLUMN IF NOT EXISTS reasoning_tokens Nullable(Int64) CODEC(ZSTD(1)) AFTER cache_write_tokens,
    ADD COLUMN IF NOT EXISTS cost_nano_usd Nullable(Int64) CODEC(ZSTD(1)) AFTER reasoning_tokens;

CREATE OR REPLACE VIEW ${database}.decisions_latest${on_cluster} AS
SELECT * EXCEPT (key_time, deleted), cost_nano_usd / 1e9 AS cost_usd
FROM ${database}.decisions FINAL
SETTINGS
    do_not_merge_across_partitions_select_final = 1,
    use_skip_indexes_if_final = 1,
    use_skip_indexes_if_final_exact_mode = 1;

CREATE OR REPLACE VIEW ${database}.traces_latest${on_cluster} AS
SELECT * EXCEPT (key_time, deleted), cost_nano_usd / 1e9 AS cost_usd
FROM ${database}.traces FINAL
SETTINGS
    do_not_merge_across_partitions_select_final = 1,
    use_skip_indexes_if_final = 1,
    use_skip_indexes_if_final_exact_mode = 1;

-- Indexes as measurement on 10,000,000 decisions says they are worth it (docs/clickhouse.md).
--
-- A trace is looked up by its ID more than by anything else: a finer filter leaves no granule too many.
-- Versions come and go with time: a set of those in each granule finds all traces of a version without
-- a range of time. All of these columns may change from one revision of a row to the next; the views set
-- use_skip_indexes_if_final_exact_mode, so that rows that supersede others are read with them.
ALTER TABLE ${database}.decisions${on_cluster}
    ADD INDEX IF NOT EXISTS trace_id_filter trace_id TYPE bloom_filter(0.0001) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS agent_version_set agent_version TYPE set(64) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS prompt_version_set prompt_version TYPE set(64) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS error_message_words error_message TYPE text(tokenizer = splitByNonAlpha);

ALTER TABLE ${database}.decisions${on_cluster} DROP INDEX IF EXISTS trace_id_bloom;

ALTER TABLE ${database}.decisions${on_cluster} MATERIALIZE INDEX trace_id_filter;

ALTER TABLE ${database}.decisions${on_cluster} MATERIALIZE INDEX agent_version_set;

ALTER TABLE ${database}.decisions${on_cluster} MATERIALIZE INDEX prompt_version_set;

ALTER TABLE ${database}.decisions${on_cluster} MATERIALIZE INDEX error_message_words;

-- Counts that hang together within a part take a tenth to a quarter less so; what is there is rewritten
-- as parts are merged.
ALTER TABLE ${database}.decisions${on_cluster}
    MODIFY COLUMN context_tokens CODEC(T64, ZSTD(1)),
    MODIFY COLUMN cost_nano_usd CODEC(T64, ZSTD(1));

-- A condition on the columns of the sort key decides which rows the wide columns are read of; being the
-- same in every revision of a row it may do so before revisions are reduced.
CREATE OR REPLACE VIEW ${database}.decisions_latest${on_cluster} AS
SELECT * EXCEPT (key_time, deleted), cost_nano_usd / 1e9 AS cost_usd
FROM ${database}.decisions FINAL
SETTINGS
    do_not_merge_across_partitions_select_final = 1,
    use_skip_indexes_if_final = 1,
    use_skip_indexes_if_final_exact_mode = 1,
    optimize_move_to_prewhere_if_final = 1;

CREATE OR REPLACE VIEW ${database}.traces_latest${on_cluster} AS
SELECT * EXCEPT (key_time, deleted), cost_nano_usd / 1e9 AS cost_usd
FROM ${database}.traces FINAL
SETTINGS
    do_not_merge_across_partitions_select_final = 1,
    use_skip_indexes_if_final = 1,
    use_skip_indexes_if_final_exact_mode = 1,
    optimize_move_to_prewhere_if_final = 1;

CREATE OR REPLACE VIEW ${database}.spans_latest${on_cluster} AS
SELECT * EXCEPT (key_time, deleted)
FROM ${database}.spans FINAL
SETTINGS
    do_not_merge_across_partitions_select_final = 1,
    use_skip_indexes_if_final = 1,
    use_skip_indexes_if_final_exact_mode = 1,
    optimize_move_to_prewhere_if_final = 1;

CREATE OR REPLACE VIEW ${database}.context_snapshots_latest${on_cluster} AS
SELECT * EXCEPT (key_time, deleted)
FROM ${database}.context_snapshots FINAL
SETTINGS
    do_not_merge_across_partitions_select_final = 1,
    use_skip_indexes_if_final = 1,
    use_skip_indexes_if_final_exact_mode = 1,
    optimize_move_to_prewhere_if_final = 1;

CREATE OR REPLACE VIEW ${database}.feedback_latest${on_cluster} AS
SELECT * EXCEPT (key_time, deleted)
FROM ${database}.feedback FINAL
SETTINGS
    do_not_merge_across_partitions_select_final = 1,
    use_skip_indexes_if_final = 1,
    use_skip_indexes_if_final_exact_mode = 1,
    optimize_move_to_prewhere_if_final = 1;

CREATE OR REPLACE VIEW ${database}.evaluations_latest${on_cluster} AS
SELECT * EXCEPT (key_time, deleted)
FROM ${database}.evaluations FINAL
SETTINGS
    do_not_merge_across_partitions_select_final = 1,
    use_skip_indexes_if_final = 1,
    use_skip_indexes_if_final_exact_mode = 1,
    optimize_move_to_prewhere_if_final = 1;

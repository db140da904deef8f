-- A week to which nothing has been added for three days becomes one part: the plan of a query asks the
-- indexes of every part, and where a partition is one part FINAL has nothing to reduce there
-- (docs/clickhouse.md). Of partitions larger than what the server merges at once (150 GB by its default)
-- nothing is forced.
ALTER TABLE ${database}.decisions${on_cluster}
    MODIFY SETTING
        min_age_to_force_merge_seconds = 259200,
        min_age_to_force_merge_on_partition_only = 1,
        enable_max_bytes_limit_for_min_age_to_force_merge = 1;

ALTER TABLE ${database}.traces${on_cluster}
    MODIFY SETTING
        min_age_to_force_merge_seconds = 259200,
        min_age_to_force_merge_on_partition_only = 1,
        enable_max_bytes_limit_for_min_age_to_force_merge = 1;

ALTER TABLE ${database}.spans${on_cluster}
    MODIFY SETTING
        min_age_to_force_merge_seconds = 259200,
        min_age_to_force_merge_on_partition_only = 1,
        enable_max_bytes_limit_for_min_age_to_force_merge = 1;

ALTER TABLE ${database}.context_snapshots${on_cluster}
    MODIFY SETTING
        min_age_to_force_merge_seconds = 259200,
        min_age_to_force_merge_on_partition_only = 1,
        enable_max_bytes_limit_for_min_age_to_force_merge = 1;

ALTER TABLE ${database}.feedback${on_cluster}
    MODIFY SETTING
        min_age_to_force_merge_seconds = 259200,
        min_age_to_force_merge_on_partition_only = 1,
        enable_max_bytes_limit_for_min_age_to_force_merge = 1;

ALTER TABLE ${database}.evaluations${on_cluster}
    MODIFY SETTING
        min_age_to_force_merge_seconds = 259200,
        min_age_to_force_merge_on_partition_only = 1,
        enable_max_bytes_limit_for_min_age_to_force_merge = 1;

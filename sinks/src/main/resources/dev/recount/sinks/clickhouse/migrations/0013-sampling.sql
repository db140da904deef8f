-- What there was, told from the traces that are kept: each stands for sample_weight traces, and one
-- that is not kept for none, so that sums of weights are unbiased. One row per hour and combination of
-- dimensions; sum the columns over whatever is not asked for. The standard error of a weighted count is
-- the square root of the sum of its variance.
CREATE VIEW IF NOT EXISTS ${database}.weighted_traces${on_cluster} AS
SELECT
    toStartOfHour(started_at) AS hour,
    service,
    environment,
    agent_name,
    agent_version,
    model,
    prompt_name,
    prompt_version,
    tool_schema_version,
    memory_index_version,
    framework,
    framework_version,
    release,
    status,
    retained_by,
    count() AS traces,
    countIf(retained) AS retained_traces,
    sum(sample_weight) AS weighted_traces,
    sum(sample_weight * greatest(sample_weight - 1, 0)) AS variance,
    sumIf(sample_weight, error_count > 0 OR status = 'error') AS weighted_failed_traces,
    sumIf(sample_weight, escalated) AS weighted_escalated_traces,
    sumIf(sample_weight, rolled_back) AS weighted_rolled_back_traces,
    sum(sample_weight * decision_count) AS weighted_decisions,
    sum(sample_weight * ifNull(input_tokens, 0)) AS weighted_input_tokens,
    sum(sample_weight * ifNull(output_tokens, 0)) AS weighted_output_tokens,
    sum(sample_weight * ifNull(cost_usd, 0)) AS weighted_cost_usd
FROM ${database}.traces_latest
WHERE phase != 'provisional'
GROUP BY ALL;

-- Likewise of decisions.
CREATE VIEW IF NOT EXISTS ${database}.weighted_decisions${on_cluster} AS
SELECT
    toStartOfHour(started_at) AS hour,
    service,
    environment,
    agent_name,
    agent_version,
    model,
    prompt_name,
    prompt_version,
    tool_schema_version,
    memory_index_version,
    framework,
    framework_version,
    release,
    kind,
    tool_name,
    status,
    error_type,
    count() AS decisions,
    countIf(retained) AS retained_decisions,
    sum(sample_weight) AS weighted_decisions,
    sum(sample_weight * ifNull(total_tokens, 0)) AS weighted_tokens,
    sum(sample_weight * ifNull(cost_usd, 0)) AS weighted_cost_usd
FROM ${database}.decisions_latest
WHERE phase != 'provisional'
GROUP BY ALL;

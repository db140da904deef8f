-- Views that answer the questions of docs/cookbook.md. Those that count sum up weights, so that sampled
-- traces stand for as many as there were; they have one row per hour or day and combination of
-- dimensions: sum over whatever is not asked for. Conditions on these reach the tables.

-- One row per tool call, with what became of it. Wrong went a call that failed, whose outcome was not
-- the expected one, that is where its trace went off, or that asks a third time for the same.
-- It was the wrong tool if what went well next in the trace was a call of another tool, one that had
-- been turned down here where it is known what was; bad data if the tool was right, but what it was given
-- or what it gave was not: it returned without an error, or the same tool went well later. Else unclear.
-- Conditions on trace_id, day, environment, agent_name and agent_version reach the table, for which what
-- went well later is looked for within the same day.
CREATE OR REPLACE VIEW ${database}.judged_tool_calls${on_cluster} AS
SELECT
    * EXCEPT (kind, suspects, went_well_later, went_wrong, correction),
    multiIf(
        NOT went_wrong, 'good',
        status != 'error' OR has(went_well_later, tool_name), 'bad_data',
        correction != '', 'wrong_tool',
        'unclear') AS verdict,
    if(verdict = 'wrong_tool', correction, '') AS corrected_to
FROM
(
    SELECT
        * EXCEPT (outcome_matched),
        status = 'error' OR NOT ifNull(outcome_matched, true) OR has(flags, 'tool_loop') OR has(suspects, decision_id) AS went_wrong,
        groupArrayIf(tool_name, kind = 'TOOL_CALL' AND NOT went_wrong) OVER
        (
            PARTITION BY trace_id, day, environment, agent_name, agent_version
            ORDER BY step
            ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS went_well_later,
        arrayFirst(tool -> tool != tool_name AND (empty(turned_down) OR has(turned_down, tool)), went_well_later) AS correction
    FROM
    (
        SELECT
            trace_id,
            decision_id,
            step,
            kind,
            started_at,
            toDate(started_at) AS day,
            service,
            environment,
            session_id,
            agent_name,
            agent_version,
            model,
            prompt_name,
            prompt_version,
            tool_schema_version,
            tool_name,
            tool_arguments,
            tool_result,
            arrayFilter(name -> name != tool_name, considered.name) AS turned_down,
            confidence,
            outcome_matched,
            status,
            error_type,
            error_message,
            flags,
            sample_weight,
            groupUniqArray(suspect_decision_id) OVER (PARTITION BY trace_id, day, environment, agent_name, agent_version) AS suspects
        FROM ${database}.decisions_latest
        WHERE kind = 'TOOL_CALL' OR suspect_decision_id != ''
    )
)
WHERE kind = 'TOOL_CALL';

-- How often each tool was on offer, called and turned down, and what became of the calls. A tool that was
-- called counts as offered, also where nobody wrote down what was.
CREATE OR REPLACE VIEW ${database}.tool_selection${on_cluster} AS
SELECT
    day,
    service,
    environment,
    agent_name,
    agent_version,
    model,
    prompt_name,
    prompt_version,
    tool_schema_version,
    option.1 AS tool,
    sum(sample_weight) AS offered,
    sumIf(sample_weight, option.2) AS chosen,
    sumIf(sample_weight, NOT option.2) AS rejected,
    sumIf(sample_weight, option.2 AND status = 'error') AS failed,
    sumIf(sample_weight, option.2 AND verdict = 'wrong_tool') AS wrong_tool,
    sumIf(sample_weight, option.2 AND verdict = 'bad_data') AS bad_data,
    sumIf(sample_weight, option.2 AND verdict = 'unclear') AS unclear,
    sumIf(sample_weight, NOT option.2 AND corrected_to = option.1) AS missed
FROM
(
    SELECT
        *,
        arrayJoin(arrayPushFront(arrayMap(tool -> (tool, false), turned_down), (tool_name, true))) AS option
    FROM ${database}.judged_tool_calls
)
GROUP BY ALL;

-- Whether decisions that were taken with so much confidence went well as often: ten bins, each with what
-- its decisions expected of themselves and what came of them. bin 9 holds 0.9 to 1.
CREATE OR REPLACE VIEW ${database}.confidence_calibration${on_cluster} AS
SELECT
    toStartOfHour(started_at) AS hour,
    service,
    environment,
    agent_name,
    agent_version,
    model,
    prompt_name,
    prompt_version,
    kind,
    toUInt8(least(9, greatest(0, floor(assumeNotNull(confidence) * 10)))) AS bin,
    sum(sample_weight) AS decisions,
    sum(sample_weight * assumeNotNull(confidence)) AS expected_good,
    sumIf(
        sample_weight,
        status != 'error' AND ifNull(outcome_matched, true) AND NOT has(flags, 'tool_loop')
            AND NOT arrayExists(
                -- That it was unsure is no outcome: it is what is held against outcomes here.
                (name, passed) -> passed = false AND name NOT IN ('low_confidence', 'confidence_against_outcome'),
                evaluation_names, evaluation_passed)) AS good
FROM ${database}.decisions_latest
WHERE isNotNull(confidence) AND phase != 'provisional'
GROUP BY ALL;

-- Decisions by how full the context window was that they were taken in, and how many of them failed.
CREATE OR REPLACE VIEW ${database}.context_pressure${on_cluster} AS
SELECT
    toStartOfHour(started_at) AS hour,
    service,
    environment,
    agent_name,
    agent_version,
    model,
    prompt_name,
    prompt_version,
    kind,
    multiIf(fill > 1, 'over the limit', fill >= 0.9, '90 to 100 %', fill >= 0.8, '80 to 90 %', fill >= 0.5, '50 to 80 %', 'under 50 %') AS window,
    sum(sample_weight) AS decisions,
    sumIf(sample_weight, status = 'error') AS failed,
    sumIf(sample_weight, context_truncated) AS truncated,
    sumIf(sample_weight, hasAny(flags, ['context_evicted', 'instruction_lost'])) AS lost_something
FROM
(
    SELECT *, context_tokens / context_limit AS fill
    FROM ${database}.decisions_latest
    WHERE context_limit > 0 AND isNotNull(context_tokens) AND phase != 'provisional'
)
GROUP BY ALL;

-- Windows from which an instruction is gone that the window before it held, and how the trace ended.
CREATE OR REPLACE VIEW ${database}.instruction_loss${on_cluster} AS
SELECT
    s.trace_id AS trace_id,
    s.snapshot_id AS snapshot_id,
    s.decision_id AS decision_id,
    s.captured_at AS captured_at,
    s.agent_name AS agent_name,
    s.agent_version AS agent_version,
    s.model AS model,
    s.prompt_name AS prompt_name,
    s.prompt_version AS prompt_version,
    length(s.lost_instructions) AS lost_instructions,
    s.lost_instructions AS lost_sha256,
    s.evicted_tokens AS evicted_tokens,
    s.compacted AS compacted,
    s.token_count / s.token_limit AS fill,
    t.status AS trace_status,
    t.feedback_score AS feedback_score,
    s.sample_weight AS sample_weight
FROM
(
    SELECT *
    FROM ${database}.context_snapshots_latest
    WHERE notEmpty(lost_instructions)
) AS s
INNER JOIN ${database}.traces_latest AS t ON t.trace_id = s.trace_id;

-- What was said of which version, and how late. A judgement is bad that scores under one half, did not
-- pass, or is an escalation, a rollback or a correction. The lag counts from the end of the trace.
CREATE OR REPLACE VIEW ${database}.feedback_by_version${on_cluster} AS
SELECT
    toStartOfHour(occurred_at) AS hour,
    agent_name,
    agent_version,
    model,
    prompt_name,
    prompt_version,
    kind,
    name,
    count() AS judgements,
    countIf(isNotNull(score)) AS scored,
    sum(ifNull(score, 0)) AS scores,
    countIf(ifNull(score < 0.5, NOT ifNull(passed, true)) OR kind IN ('ESCALATION', 'ROLLBACK', 'CORRECTION')) AS bad,
    groupArray(assumeNotNull(lag_ms)) AS lags_ms
FROM ${database}.feedback_latest
WHERE match = 'TRACE'
GROUP BY ALL;

-- The same tool with the same arguments, three times or more in one trace by one agent.
CREATE OR REPLACE VIEW ${database}.tool_loops${on_cluster} AS
SELECT
    trace_id,
    agent_name,
    agent_version,
    model,
    prompt_version,
    tool_name,
    tool_arguments,
    count() AS calls,
    uniqExact(tool_result, error_message) AS distinct_answers,
    min(step) AS first_step,
    max(step) AS last_step,
    min(d.started_at) AS started_at,
    dateDiff('millisecond', min(d.started_at), max(ifNull(d.ended_at, d.started_at))) AS lasted_ms,
    any(sample_weight) AS sample_weight
FROM ${database}.decisions_latest AS d
WHERE kind = 'TOOL_CALL'
GROUP BY trace_id, agent_name, agent_version, model, prompt_version, tool_name, tool_arguments
HAVING calls >= 3;

-- What succeeded and what it cost. A trace succeeded that did not fail, was neither handed to a person
-- nor rolled back, and whose last reported outcome, where there is one, was good.
CREATE OR REPLACE VIEW ${database}.outcomes${on_cluster} AS
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
    sum(sample_weight) AS traces,
    sumIf(sample_weight, succeeded) AS successes,
    sumIf(sample_weight, isNotNull(total_tokens) AND isNull(cost_usd)) AS unpriced,
    sum(sample_weight * ifNull(cost_usd, 0)) AS total_cost_usd,
    sumIf(sample_weight * ifNull(cost_usd, 0), NOT succeeded) AS wasted_cost_usd
FROM
(
    SELECT
        *,
        arraySort((score, time) -> time,
            arrayFilter((score, kind) -> kind = 'OUTCOME' AND isNotNull(score), feedback_scores, feedback_kinds),
            arrayFilter((time, score, kind) -> kind = 'OUTCOME' AND isNotNull(score), feedback_occurred_at, feedback_scores, feedback_kinds)) AS outcomes,
        status != 'error' AND NOT escalated AND NOT rolled_back
            AND (empty(outcomes) OR assumeNotNull(outcomes[-1]) >= 0.5) AS succeeded
    FROM ${database}.traces_latest
    WHERE phase != 'provisional'
)
GROUP BY ALL;

-- How a trace came to its last failure, or to its end where nothing failed: the decisions on the causal
-- path, in order: SELECT * FROM reasoning_path(trace_id = '…').
CREATE OR REPLACE VIEW ${database}.reasoning_path${on_cluster} AS
SELECT
    row_number() OVER (ORDER BY step, decision_id) AS place,
    trace_id,
    step,
    decision_id,
    kind,
    name,
    agent_name,
    chosen,
    arrayFilter(option -> option != chosen, considered.name) AS turned_down,
    rationale,
    confidence,
    context_tokens / nullIf(context_limit, 0) AS fill,
    flags,
    status,
    error_message,
    decision_id IN
    (
        SELECT suspect_decision_id
        FROM ${database}.traces_latest
        WHERE trace_id = {trace_id:String}
    ) AS is_suspect
FROM ${database}.decisions_latest
WHERE trace_id = {trace_id:String} AND decision_id IN
(
    SELECT arrayJoin(arrayPushBack(
        argMax(chain, (status = 'error', step)),
        argMax(decision_id, (status = 'error', step))))
    FROM ${database}.decisions_latest
    WHERE trace_id = {trace_id:String}
)
ORDER BY place;

-- Each version of each dimension beside the one that the same agent ran with before it, by first use.
-- p is the probability of so large a difference of failure rates by chance (two proportions, normal
-- approximation), not corrected for the number of versions looked at: `recount bisect` does that, and
-- tells versions apart that came together.
CREATE OR REPLACE VIEW ${database}.version_regressions${on_cluster} AS
SELECT
    *,
    failure_rate - previous_failure_rate AS failure_rate_change,
    if(
        previous = '',
        NULL,
        erfc(abs(failure_rate - previous_failure_rate) / sqrt(2 * greatest(
            pooled * (1 - pooled) * (1 / effective_traces + 1 / previous_effective_traces), 1e-12)))) AS p_value
FROM
(
    SELECT
        *,
        lagInFrame(version, 1, '') OVER earlier AS previous,
        lagInFrame(failure_rate) OVER earlier AS previous_failure_rate,
        lagInFrame(feedback_score) OVER earlier AS previous_feedback_score,
        lagInFrame(mean_cost_usd) OVER earlier AS previous_mean_cost_usd,
        lagInFrame(median_seconds) OVER earlier AS previous_median_seconds,
        lagInFrame(effective_traces) OVER earlier AS previous_effective_traces,
        (failure_rate * traces + previous_failure_rate * lagInFrame(traces) OVER earlier)
            / (traces + lagInFrame(traces) OVER earlier) AS pooled
    FROM
    (
        SELECT
            agent_name,
            environment,
            versioned.1 AS dimension,
            versioned.2 AS version,
            min(started_at) AS first_used_at,
            max(started_at) AS last_used_at,
            sum(sample_weight) AS traces,
            pow(sum(sample_weight), 2) / sum(pow(sample_weight, 2)) AS effective_traces,
            sumIf(sample_weight, status = 'error') / traces AS failure_rate,
            avgWeightedOrNull(assumeNotNull(feedback_score), if(isNull(feedback_score), 0, sample_weight)) AS feedback_score,
            sumIf(sample_weight * cost_usd, isNotNull(cost_usd)) / nullIf(sumIf(sample_weight, isNotNull(cost_usd)), 0) AS mean_cost_usd,
            medianIf(dateDiff('millisecond', t.started_at, t.ended_at) / 1000, isNotNull(t.ended_at)) AS median_seconds
        FROM
        (
            SELECT
                *,
                arrayJoin(arrayFilter(each -> each.2 != '', [
                    ('agent', agent_version),
                    ('model', model),
                    ('prompt', trimLeft(concat(prompt_name, ' ', prompt_version))),
                    ('tool schema', tool_schema_version),
                    ('memory index', memory_index_version),
                    ('framework', trimLeft(concat(framework, ' ', framework_version)))])) AS versioned
            FROM ${database}.traces_latest
            WHERE phase != 'provisional' AND sample_weight > 0
        ) AS t
        GROUP BY agent_name, environment, dimension, version
    )
    WINDOW earlier AS
    (
        PARTITION BY agent_name, environment, dimension
        ORDER BY first_used_at, version
        ROWS BETWEEN 1 PRECEDING AND CURRENT ROW
    )
);

-- What belongs to a session rather than to one of its traces. Feedback that names a session is stored
-- once, in feedback; these views bring it together with the session's traces.
ALTER TABLE ${database}.feedback${on_cluster}
    ADD INDEX IF NOT EXISTS session_id_bloom session_id TYPE bloom_filter(0.01) GRANULARITY 1;

ALTER TABLE ${database}.feedback${on_cluster} MATERIALIZE INDEX session_id_bloom;

-- One row per session: of its traces, and of the feedback that names the session. A session of which
-- only feedback is known has trace_count 0 and no times. Conditions on session_id reach the tables.
CREATE VIEW IF NOT EXISTS ${database}.sessions_latest${on_cluster} AS
SELECT
    session_id,
    arrayFirst(id -> id != '', arraySort(groupUniqArray(of_user))) AS user_id,
    arrayFilter(name -> name != '', arraySort(groupUniqArray(of_service))) AS services,
    arrayFilter(name -> name != '', arraySort(groupUniqArray(of_environment))) AS environments,
    arrayFilter(name -> name != '', arraySort(groupUniqArray(of_agent))) AS agent_names,
    arrayFilter(name -> name != '', arraySort(groupUniqArray(of_agent_version))) AS agent_versions,
    arrayFilter(name -> name != '', arraySort(groupUniqArray(of_model))) AS models,
    min(start) AS started_at,
    max(end) AS ended_at,
    sum(traces) AS trace_count,
    sum(unsettled) AS provisional_trace_count,
    arrayMap(trace -> trace.2, arraySort(groupArrayIf((start, id), traces = 1))) AS trace_ids,
    sum(spans) AS span_count,
    sum(decisions) AS decision_count,
    sum(errors) AS error_count,
    sum(failed) AS failed_trace_count,
    arraySort(groupUniqArrayArray(of_tools)) AS tools,
    arraySort(groupUniqArrayArray(of_flags)) AS flags,
    max(is_escalated) AS escalated,
    max(is_rolled_back) AS rolled_back,
    sum(tokens_in) AS input_tokens,
    sum(tokens_out) AS output_tokens,
    max(context_utilization) AS max_context_utilization,
    sum(verdicts) AS evaluation_count,
    min(lowest_verdict) AS evaluation_min_score,
    sum(judgements) AS feedback_count,
    sumIf(1, traces = 0) AS session_feedback_count,
    if(
        empty(groupArrayArray(scores) AS all_scores),
        NULL,
        arrayAvg(arraySort(all_scores))) AS feedback_score
FROM
(
    SELECT
        session_id,
        trace_id AS id,
        user_id AS of_user,
        service AS of_service,
        environment AS of_environment,
        agent_name AS of_agent,
        agent_version AS of_agent_version,
        model AS of_model,
        toNullable(started_at) AS start,
        ended_at AS end,
        1 AS traces,
        phase = 'provisional' AS unsettled,
        span_count AS spans,
        decision_count AS decisions,
        error_count AS errors,
        status = 'error' AS failed,
        tools AS of_tools,
        flags AS of_flags,
        escalated AS is_escalated,
        rolled_back AS is_rolled_back,
        input_tokens AS tokens_in,
        output_tokens AS tokens_out,
        max_context_utilization AS context_utilization,
        length(evaluation_names) AS verdicts,
        evaluation_min_score AS lowest_verdict,
        length(feedback_ids) AS judgements,
        arrayMap(score -> assumeNotNull(score), arrayFilter(score -> isNotNull(score), feedback_scores)) AS scores
    FROM ${database}.traces_latest
    WHERE session_id != ''
    UNION ALL
    SELECT
        session_id,
        '',
        '',
        '',
        '',
        '',
        '',
        '',
        NULL,
        NULL,
        0,
        0,
        0,
        0,
        0,
        0,
        [],
        [],
        kind = 'ESCALATION',
        kind = 'ROLLBACK',
        NULL,
        NULL,
        NULL,
        kind = 'EVALUATION',
        if(kind = 'EVALUATION', score, NULL),
        kind != 'EVALUATION',
        if(kind != 'EVALUATION' AND isNotNull(score), [assumeNotNull(score)], [])
    FROM ${database}.feedback_latest
    WHERE match = 'SESSION'
)
GROUP BY session_id;

-- One row per feedback that names a session and trace of that session. A trace that comes later
-- appears by itself. Conditions on session_id reach both tables, conditions on trace_id its own.
CREATE VIEW IF NOT EXISTS ${database}.session_feedback_latest${on_cluster} AS
SELECT
    f.session_id AS session_id,
    t.trace_id AS trace_id,
    f.feedback_id AS feedback_id,
    f.kind AS kind,
    f.source AS source,
    f.name AS name,
    f.score AS score,
    f.label AS label,
    f.passed AS passed,
    f.comment AS comment,
    f.occurred_at AS occurred_at,
    t.service AS service,
    t.environment AS environment,
    t.agent_name AS agent_name,
    t.agent_version AS agent_version,
    t.model AS model,
    t.prompt_name AS prompt_name,
    t.prompt_version AS prompt_version,
    t.started_at AS started_at,
    t.ended_at AS ended_at,
    t.status AS status
FROM
(
    SELECT *
    FROM ${database}.feedback_latest
    WHERE match = 'SESSION'
) AS f
INNER JOIN ${database}.traces_latest AS t ON t.session_id = f.session_id;

-- A session as one story, also where every model call is a trace of its own.
--
-- One row per session: of its traces, and of the feedback that names the session. A session of which
-- only feedback is known has trace_count 0 and no times. Conditions on session_id reach the tables.
-- What a session cost is known of the traces whose cost is known: unpriced_trace_count says of how
-- many with tokens it is not.
CREATE OR REPLACE VIEW ${database}.sessions_latest${on_cluster} AS
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
    sum(tokens_all) AS total_tokens,
    sum(tokens_fresh) AS fresh_input_tokens,
    sum(tokens_read) AS cache_read_tokens,
    sum(tokens_written) AS cache_write_tokens,
    sum(tokens_thought) AS reasoning_tokens,
    sum(nano_usd) AS cost_nano_usd,
    cost_nano_usd / 1e9 AS cost_usd,
    sum(unpriced) AS unpriced_trace_count,
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
        total_tokens AS tokens_all,
        fresh_input_tokens AS tokens_fresh,
        cache_read_tokens AS tokens_read,
        cache_write_tokens AS tokens_written,
        reasoning_tokens AS tokens_thought,
        cost_nano_usd AS nano_usd,
        isNotNull(total_tokens) AND isNull(cost_nano_usd) AS unpriced,
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
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        0,
        NULL,
        kind = 'EVALUATION',
        if(kind = 'EVALUATION', score, NULL),
        kind != 'EVALUATION',
        if(kind != 'EVALUATION' AND isNotNull(score), [assumeNotNull(score)], [])
    FROM ${database}.feedback_latest
    WHERE match = 'SESSION'
)
GROUP BY session_id;

-- The decisions of a session in the order in which they were made, whatever traces they are in:
-- SELECT * FROM session_story(session_id = '…'). A tool call that one trace asks for and another
-- answers is a row of the trace that asked.
CREATE VIEW IF NOT EXISTS ${database}.session_story${on_cluster} AS
SELECT row_number() OVER (ORDER BY started_at, trace_id, step) AS session_step, *
FROM ${database}.decisions_latest
WHERE trace_id IN
(
    SELECT trace_id
    FROM ${database}.traces_latest
    WHERE session_id = {session_id:String}
)
ORDER BY session_step;

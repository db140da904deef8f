package dev.recount.benchmarks;

import java.time.LocalDate;

/**
 * Rows of a fleet of 40 agents over 90 days, as SQL that ClickHouse runs by itself: pure functions
 * of the row's number, skewed as real ones are.
 *
 * <p>A trace has 2 to 22 decisions. The first agent has a fifth of the traffic, the last one a
 * hundredth of that; more comes by day than by night. Each agent brings out a new version of itself
 * and its prompt every week, on a day of its own. A tenth of the traces was shown before it had
 * settled, a fifth was amended within the week after: their rows were written two or three times.
 *
 * @param decisions number of decisions, a multiple of 100
 */
record GeneratedDecisions(long decisions) {
  GeneratedDecisions {
    if (decisions < BLOCK || decisions % BLOCK != 0) {
      throw new IllegalArgumentException("Decisions must be a multiple of " + BLOCK);
    }
  }

  /** The first day of the traces. */
  static final LocalDate START = LocalDate.parse("2026-08-20");

  static final int DAYS = 90;

  /** Decisions that are generated together. */
  static final int BLOCK = 100;

  /** Decisions of the traces of a block, a hundred together. */
  private static final String SIZES = "[2, 2, 3, 3, 4, 5, 6, 7, 8, 10, 12, 16, 22]";

  private static final int TRACES_OF_A_BLOCK = 13;

  long traces() {
    return decisions / BLOCK * TRACES_OF_A_BLOCK;
  }

  /** Revisions of a row, in the order in which they are written. */
  enum Revision {
    /** Before the trace had settled: the agent's version was not known, and how it ended. */
    PROVISIONAL(1, 10),
    /** When the trace had settled. */
    SETTLED(2, 1),
    /** When somebody had judged it. */
    AMENDED(3, 5);

    private final int number;
    private final int oneOf;

    Revision(int number, int oneOf) {
      this.number = number;
      this.oneOf = oneOf;
    }
  }

  /** What is the same of all rows of a trace, by its number {@code t}. */
  private String ofTrace() {
    return """
        t, lower(hex(sipHash128(t))) AS trace_id,
        sipHash64(t, 'agent') / 18446744073709551616. AS lot,
        toUInt32(floor(pow(40, lot))) AS agent,
        t / %d * %d AS evenly,
        evenly + 0.8 * sin(2 * pi() * evenly) / (2 * pi()) AS day,
        toDateTime64('%s 00:00:00', 6, 'UTC') + toIntervalMicrosecond(toInt64(day * 86400000000)) AS start,
        toUInt32(floor((day + agent * 3 %% 7) / 7)) AS release,
        concat('2.', toString(intDiv(release, 2)), '.', toString(release %% 2)) AS version,
        concat('v', toString(8 + release)) AS prompt,
        sipHash64(t, 'fate') %% 100 AS fate"""
        .formatted(traces(), DAYS, START);
  }

  private static final String SHARED_COLUMNS =
      "trace_id, service, environment, session_id, user_id, agent_name, agent_version, model,"
          + " response_model, prompt_name, prompt_version, tool_schema_version,"
          + " memory_index_version, framework, framework_version, release, retained, retained_by,"
          + " sample_weight, phase, revision, key_time";

  private static String sharedValues(Revision revision) {
    boolean early = revision == Revision.PROVISIONAL;
    return """
        trace_id, concat('service-', toString(agent)), if(agent %% 9 = 0, 'staging', 'production'),
        concat('session-', toString(intDiv(t, 3))), concat('user-', toString(sipHash64(intDiv(t, 3)) %% 200000)),
        concat('agent-', toString(agent)), %s, ['gpt-4o', 'gpt-4o-mini', 'o4-mini'][agent %% 3 + 1],
        concat(['gpt-4o', 'gpt-4o-mini', 'o4-mini'][agent %% 3 + 1], '-2026-08-06'),
        concat('prompt-', toString(agent)), %s, concat('tools-', toString(intDiv(release, 3))),
        concat('index-', toString(intDiv(release, 5))), 'langgraph', concat('0.', toString(intDiv(release, 4))), '',
        true, 'no_rule', 1, '%s', %d, start + toIntervalSecond(1)"""
        .formatted(
            early ? "''" : "version",
            early ? "''" : "prompt",
            switch (revision) {
              case PROVISIONAL -> "provisional";
              case SETTLED -> "settled";
              case AMENDED -> "amended";
            },
            revision.number);
  }

  /** Inserts the decisions of some blocks as they were in a revision. */
  String insertDecisions(Revision revision, long fromBlock, long toBlock) {
    return """
        INSERT INTO recount.decisions (%s,
          decision_id, parent_id, span_id, chain, step, kind, name, started_at, ended_at, tool_name, tool_call_id,
          tool_arguments, tool_result, considered, chosen, rationale, confidence, constraints, expected_outcome,
          status, error_type, error_message, input_tokens, output_tokens, total_tokens, cost_nano_usd, response_id,
          snapshot_id, context_tokens, context_limit, context_truncated, tool_depth, flags,
          feedback_ids, feedback_kinds, feedback_names, feedback_scores, feedback_labels, feedback_occurred_at)
        SELECT %s,
          lower(hex(sipHash128(t, step))), if(step > 1, lower(hex(sipHash128(t, step - 1))), ''),
          lower(hex(sipHash64(t, step))), if(step > 1, [lower(hex(sipHash128(t, step - 1)))], []), step,
          if(is_call, 'TOOL_CALL', 'MODEL_CALL'), if(is_call, tool, 'chat'),
          start + toIntervalMillisecond(step * 900 + h %% 300), start + toIntervalMillisecond(step * 900 + 300 + h %% 500),
          if(is_call, tool, ''), if(is_call, concat('call_', lower(hex(h))), ''),
          if(is_call, concat('{"sku":"A-', toString(h %% 9000), '","quantity":', toString(h %% 7), ',"region":"', ['eu','us','apac'][h %% 3 + 1], '"}'), ''),
          if(is_call, concat('{"items":[{"sku":"A-', toString(h %% 9000), '","stock":', toString(h %% 120), ',"price":', toString(h %% 900), '.50,"warehouse":"W', toString(h %% 40), '"}],"note":"as of the last count"}'), ''),
          if(is_call, arrayMap(i -> (concat('tool-', toString((agent * 7 + i) %% 60)), toNullable(toFloat64(h %% (i + 3)) / 10), if(i = 0, '', 'does not bear on this step')), range(4)), []),
          if(is_call, tool, ''),
          concat('The customer asks for ', ['stock','a refund','a price','delivery','an invoice'][h %% 5 + 1], '; ', tool, ' knows about A-', toString(h %% 9000)),
          toNullable(0.5 + h %% 50 / 100), ['at most 12 calls per request'], 'a result without an error',
          if(failed, 'error', 'ok'), if(failed, ['TimeoutError','ValidationError','PermissionError'][h %% 3 + 1], ''),
          if(failed, concat('request E', toString(h %% 100000), ' was refused by the back end after ', toString(h %% 5000), ' ms'), ''),
          if(is_call, NULL, toInt64(2000 + h %% 20000)), if(is_call, NULL, toInt64(50 + h %% 400)),
          if(is_call, NULL, toInt64(2050 + h %% 20400)), if(is_call, NULL, toInt64(5000000 + h %% 50000000)),
          if(is_call, '', concat('resp_', lower(hex(h)))), concat('window-', toString(step)),
          toInt64(2000 + h %% 120000), toInt64(128000), h %% 50 = 0, 0,
          if(failed, ['error'], if(h %% 50 = 0, ['context_truncated'], [])), %s
        FROM
        (
          SELECT *, sipHash64(t, step) AS h, step %% 2 = 0 AS is_call,
            concat('tool-', toString((agent * 7 + toUInt32(floor(pow(6, h %% 1000 / 1000)))) %% 60)) AS tool,
            fate < 8 AND h %% 4 = 0 AS failed
          FROM
          (
            SELECT %s, step
            FROM
            (
              WITH %s AS sizes, arrayCumSum(sizes) AS ends, number %% %d AS within,
                arrayFirstIndex(last -> last > within, ends) AS place
              SELECT intDiv(number, %d) * %d + place - 1 AS t, toUInt32(within - if(place = 1, 0, ends[place - 1]) + 1) AS step
              FROM numbers(%d, %d)
            )
            WHERE sipHash64(t, 'revision %d') %% %d = 0
          )
        )"""
        .formatted(
            SHARED_COLUMNS,
            sharedValues(revision),
            feedback(revision),
            ofTrace(),
            SIZES,
            BLOCK,
            BLOCK,
            TRACES_OF_A_BLOCK,
            fromBlock * BLOCK,
            (toBlock - fromBlock) * BLOCK,
            revision.number,
            revision.oneOf);
  }

  /** Inserts the traces of some blocks as they were in a revision. */
  String insertTraces(Revision revision, long fromBlock, long toBlock) {
    return """
        INSERT INTO recount.traces (%s,
          started_at, ended_at, root_name, span_count, decision_count, error_count, tools, flags, status,
          input_tokens, output_tokens, total_tokens, cost_nano_usd, max_context_utilization,
          feedback_ids, feedback_kinds, feedback_names, feedback_scores, feedback_labels, feedback_occurred_at)
        SELECT %s, start, start + toIntervalSecond(12), concat('invoke_agent agent-', toString(agent)), 12, 8, fate < 8,
          arrayDistinct(arrayMap(i -> concat('tool-', toString((agent * 7 + toUInt32(floor(pow(6, sipHash64(t, i) %% 1000 / 1000)))) %% 60)), range(3))),
          if(fate < 8, ['error'], []), if(fate < 8, 'error', 'ok'),
          toInt64(20000), toInt64(900), toInt64(20900), toInt64(90000000), fate / 100, %s
        FROM
        (
          SELECT %s
          FROM (SELECT number AS t FROM numbers(%d, %d))
          WHERE sipHash64(t, 'revision %d') %% %d = 0
        )"""
        .formatted(
            SHARED_COLUMNS,
            sharedValues(revision),
            feedback(revision),
            ofTrace(),
            fromBlock * TRACES_OF_A_BLOCK,
            (toBlock - fromBlock) * TRACES_OF_A_BLOCK,
            revision.number,
            revision.oneOf);
  }

  private static String feedback(Revision revision) {
    return revision == Revision.AMENDED
        ? "[concat('fb-', toString(t))], ['RATING'], ['helpfulness'], [toNullable(toFloat64(t % 2))],"
            + " [''], [toDateTime64(start + toIntervalDay(t % 7), 3, 'UTC')]"
        : "[], [], [], [], [], []";
  }
}

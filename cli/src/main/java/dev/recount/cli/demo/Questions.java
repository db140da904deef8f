package dev.recount.cli.demo;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.TextStyle;
import java.util.List;
import java.util.Locale;

/** The questions of the README, as SQL. */
final class Questions {
  private Questions() {}

  /** A question in words and in SQL. */
  record Question(String words, String sql) {}

  /**
   * The questions.
   *
   * @param start when the fleet started
   * @param end when it ended
   */
  static List<Question> of(Instant start, Instant end) {
    LocalDate from = LocalDate.ofInstant(start, ZoneOffset.UTC).plusDays(1);
    LocalDate to = LocalDate.ofInstant(end, ZoneOffset.UTC);
    return List.of(
        new Question(
            "Which traces of agent version 2.4.1 with prompt v17 called the inventory tool from "
                + day(from)
                + " to "
                + day(to)
                + "?",
            """
            SELECT trace_id, started_at, status, flags
            FROM traces_latest
            WHERE agent_version = '2.4.1' AND prompt_version = 'v17' AND has(tools, 'inventory')
              AND started_at >= '%s' AND started_at < '%s'
            ORDER BY started_at
            LIMIT 10"""
                .formatted(from, to.plusDays(1))),
        new Question(
            "In traces that failed, which step went wrong first?",
            """
            SELECT agent_name, agent_version, step, warning, count() AS traces
            FROM
            (
                SELECT
                    t.trace_id, t.agent_name AS agent_name, t.agent_version AS agent_version,
                    argMin(concat(d.kind, ' ', d.name), d.step) AS step,
                    argMin(if(empty(d.flags), d.error_type, arrayStringConcat(d.flags, ', ')), d.step) AS warning
                FROM traces_latest AS t
                INNER JOIN decisions_latest AS d ON d.trace_id = t.trace_id
                WHERE t.status = 'error'
                  AND if(t.suspect_decision_id != '', d.decision_id = t.suspect_decision_id, d.status = 'error')
                GROUP BY ALL
            )
            GROUP BY ALL
            ORDER BY traces DESC, agent_name, agent_version, step
            LIMIT 10"""),
        new Question(
            "Does a full context window make traces fail?",
            """
            SELECT
                multiIf(max_context_utilization > 1, 'over the limit',
                        max_context_utilization > 0.8, 'nearly full', 'room left') AS window,
                count() AS traces, countIf(status = 'error') AS failed,
                round(100 * failed / traces) AS failed_percent
            FROM traces_latest
            GROUP BY window
            ORDER BY min(max_context_utilization)"""),
        new Question(
            "Which agents call one tool again and again with the same arguments?",
            """
            SELECT agent_name, agent_version, tool_name, count() AS loops, max(calls) AS most_calls
            FROM
            (
                SELECT trace_id, agent_name, agent_version, tool_name, count() AS calls
                FROM decisions_latest
                WHERE kind = 'TOOL_CALL'
                GROUP BY trace_id, agent_name, agent_version, tool_name, tool_arguments
                HAVING calls >= 3
            )
            GROUP BY ALL
            ORDER BY loops DESC, agent_name, agent_version"""),
        new Question(
            "Which version got worse in the eyes of its users, and how late did we hear of it?",
            """
            SELECT
                agent_name, agent_version, count() AS ratings,
                round(avg(score), 2) AS mean_score,
                countIf(score = 0) AS thumbs_down,
                round(median(lag_ms) / 60000, 1) AS median_lag_minutes
            FROM feedback_latest
            WHERE kind = 'RATING'
            GROUP BY ALL
            ORDER BY agent_name, agent_version"""));
  }

  private static String day(LocalDate date) {
    return date.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
  }
}

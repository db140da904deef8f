package dev.recount.benchmarks;

import java.time.LocalDate;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Something that people ask.
 *
 * @param name what it is called in the table of figures
 * @param asked the question in SQL, about other traces, days or agents each time
 */
record Question(String name, IntFunction<String> asked) {
  /** The day on which all agents have had version 2.4.1 for a while. */
  private static final int DAY = 64;

  private static final int AGENTS = 5;

  String sql(int time) {
    return asked.apply(time);
  }

  static List<Question> all(GeneratedDecisions generated) {
    return List.of(
        new Question(
            "identity",
            time ->
                """
                SELECT DISTINCT trace_id FROM decisions_latest
                WHERE agent_version = '2.4.1' AND prompt_version = 'v17' AND tool_name = 'tool-%d'
                  AND started_at >= '%s' AND started_at < '%s'"""
                    .formatted(tool(time), day(0), day(3))),
        new Question(
            "identity agent",
            time ->
                """
                SELECT DISTINCT trace_id FROM decisions_latest
                WHERE agent_name = 'agent-%d' AND agent_version = '2.4.1' AND prompt_version = 'v17'
                  AND tool_name = 'tool-%d' AND started_at >= '%s' AND started_at < '%s'"""
                    .formatted(agent(time), tool(time), day(0), day(3))),
        new Question(
            "identity ever",
            time ->
                """
                SELECT DISTINCT trace_id FROM decisions_latest
                WHERE agent_version = '2.4.1' AND prompt_version = 'v17' AND tool_name = 'tool-%d'"""
                    .formatted(tool(time))),
        new Question(
            "identity trace",
            time ->
                """
                SELECT trace_id, started_at, status, flags FROM traces_latest
                WHERE agent_version = '2.4.1' AND prompt_version = 'v17' AND has(tools, 'tool-%d')
                  AND started_at >= '%s' AND started_at < '%s'"""
                    .formatted(tool(time), day(0), day(3))),
        new Question(
            "trace",
            time -> "SELECT * FROM traces_latest WHERE trace_id = " + trace(generated, time)),
        new Question(
            "trace row",
            time ->
                "SELECT started_at, status, flags, tools FROM traces_latest WHERE trace_id = "
                    + trace(generated, time)),
        new Question(
            "trace path",
            time ->
                "SELECT step, kind, tool_name, status FROM decisions_latest WHERE trace_id = "
                    + trace(generated, time)
                    + " ORDER BY step"),
        new Question(
            "trace steps",
            time ->
                "SELECT * FROM decisions_latest WHERE trace_id = "
                    + trace(generated, time)
                    + " ORDER BY step"),
        new Question(
            "session",
            time ->
                "SELECT * FROM sessions_latest WHERE session_id = 'session-"
                    + generated.traces() / 3 / 40 * (time % 40)
                    + "'"),
        new Question(
            "error text",
            time ->
                "SELECT trace_id, step, error_message FROM decisions_latest WHERE"
                    + " hasToken(error_message, 'E"
                    + (72 + 996 * time) % 100_000
                    + "')"),
        new Question(
            "failing tools",
            time ->
                """
                SELECT tool_name, count() AS calls, countIf(status = 'error') AS failed FROM decisions_latest
                WHERE kind = 'TOOL_CALL' AND agent_name = 'agent-%d' AND started_at >= '%s' AND started_at < '%s'
                GROUP BY tool_name ORDER BY failed DESC"""
                    .formatted(agent(time), day(time % 20), day(time % 20 + 1))),
        new Question(
            "calibration",
            time ->
                """
                SELECT bin, sum(decisions), sum(expected_good), sum(good) FROM confidence_calibration
                WHERE agent_name = 'agent-%d' AND hour >= '%s' AND hour < '%s' GROUP BY bin ORDER BY bin"""
                    .formatted(agent(time), day(0), day(7))),
        new Question(
            "outcomes",
            time ->
                """
                SELECT agent_name, agent_version, sum(traces), sum(successes), sum(total_cost_usd) FROM outcomes
                WHERE hour >= '%s' AND hour < '%s' GROUP BY ALL ORDER BY ALL"""
                    .formatted(day(time % 20), day(time % 20 + 7))));
  }

  private static String trace(GeneratedDecisions generated, int time) {
    return "lower(hex(sipHash128(toUInt64("
        + (generated.traces() / 1000 * (37 + time * 29 % 900) + time)
        + "))))";
  }

  private static int agent(int time) {
    return 1 + time % AGENTS;
  }

  private static int tool(int time) {
    return (agent(time) * 7 + 1) % 60;
  }

  private static LocalDate day(int after) {
    return GeneratedDecisions.START.plusDays(DAY + after);
  }
}

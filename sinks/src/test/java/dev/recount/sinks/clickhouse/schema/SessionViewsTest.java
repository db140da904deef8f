package dev.recount.sinks.clickhouse.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.sinks.clickhouse.TestStack;
import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * 60,000 traces in 20,000 sessions, each of which superseded an earlier revision; every tenth
 * session is judged once, and one session by hand.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionViewsTest {
  private static final String BY_HAND = "session by hand";

  private final ClickHouseTarget target = TestStack.newTarget();
  private final ClickHouseConnection connection = TestStack.connect(target);

  @BeforeAll
  void fill() {
    Migrations.apply(connection, SchemaOptions.of(target.database()));
    for (int revision = 1; revision <= 2; revision++) {
      connection.execute(
          """
          INSERT INTO %s.traces
            (trace_id, session_id, started_at, ended_at, decision_count, error_count, phase,
             revision, key_time)
          SELECT lower(hex(sipHash128(number))), concat('session ', toString(intDiv(number, 3))),
            toDateTime64('2026-11-01 00:00:00', 6, 'UTC') + toIntervalSecond(number * 7),
            toDateTime64('2026-11-01 00:00:05', 6, 'UTC') + toIntervalSecond(number * 7),
            %d, number %% 3 = 0, 'settled', %d,
            toDateTime64('2026-11-01 00:00:01', 3, 'UTC') + toIntervalSecond(number * 7)
          FROM numbers(60000)"""
              .formatted(target.database(), 3 * revision, revision));
      connection.execute(
          """
          INSERT INTO %s.feedback
            (feedback_id, kind, score, match, session_id, occurred_at, revision, key_time)
          SELECT toString(number), 'RATING', %s, 'SESSION', concat('session ', toString(number * 10)),
            toDateTime64('2026-11-02 00:00:00', 3, 'UTC'), %d,
            toDateTime64('2026-11-01 00:00:00', 3, 'UTC') + toIntervalSecond(number * 200)
          FROM numbers(2000)"""
              .formatted(target.database(), revision == 1 ? "0.9" : "0.25", revision));
    }
    sessionByHand();
  }

  private void sessionByHand() {
    connection.execute(
        """
        INSERT INTO %s.traces
          (trace_id, session_id, user_id, service, agent_name, started_at, ended_at, span_count,
           decision_count, error_count, tools, flags, status, escalated, evaluation_min_score,
           evaluation_names, feedback_ids, feedback_scores, input_tokens, output_tokens,
           total_tokens, cost_nano_usd, phase, revision, key_time, deleted)
        VALUES
          ('b', '%2$s', 'user-1', 'shop', 'orders', '2026-11-03 10:00:00', '2026-11-03 10:00:09',
           5, 3, 1, ['refund', 'search'], ['error'], 'error', false, 0.5, ['safe'], ['f-1', 'f-2'],
           [1, NULL], 100, 10, 110, 2500000, 'settled', 1, '2026-11-03 10:00:01', 0),
          ('a', '%2$s', '', 'shop', 'returns', '2026-11-03 09:00:00', '2026-11-03 11:00:00',
           4, 2, 0, ['search'], [], 'ok', false, NULL, [], [], [], 50, NULL, 50, NULL, 'provisional', 1,
           '2026-11-03 10:00:01', 0),
          ('withdrawn', '%2$s', 'user-9', 'shop', 'orders', '2026-11-01 09:00:00', NULL, 9, 9, 9,
           [], [], 'error', true, 0, [], [], [], 1, 1, 2, 9000000, 'settled', 1, '2026-11-03 10:00:01', 1)"""
            .formatted(target.database(), BY_HAND));
    connection.execute(
        """
        INSERT INTO %s.feedback
          (feedback_id, kind, score, match, session_id, occurred_at, revision, key_time)
        VALUES
          ('on session', 'RATING', 0.5, 'SESSION', '%2$s', '2026-11-04 00:00:00', 1,
           '2026-11-04 00:00:00'),
          ('verdict', 'EVALUATION', 0.25, 'SESSION', '%2$s', '2026-11-04 00:00:00', 1,
           '2026-11-04 00:00:00'),
          ('rolled back', 'ROLLBACK', NULL, 'SESSION', '%2$s', '2026-11-04 00:00:00', 1,
           '2026-11-04 00:00:00'),
          ('on a trace of it', 'RATING', 0.0, 'TRACE', '%2$s', '2026-11-04 00:00:00', 1,
           '2026-11-04 00:00:00'),
          ('of nobody', 'RATING', 0.75, 'SESSION', 'never came', '2026-11-04 00:00:00', 1,
           '2026-11-04 00:00:00')"""
            .formatted(target.database(), BY_HAND));
  }

  @AfterAll
  void close() {
    connection.execute("DROP DATABASE " + target.database());
    connection.close();
  }

  private List<JsonNode> rows(String view, String condition) {
    return TestStack.json(
        "SELECT * FROM %s.%s WHERE %s ORDER BY ALL".formatted(target.database(), view, condition));
  }

  private JsonNode session(String id) {
    List<JsonNode> rows = rows("sessions_latest", "session_id = '" + id + "'");
    assertThat(rows).hasSize(1);
    return rows.get(0);
  }

  @Test
  void aSessionSumsUpItsTracesAndWhatWasSaidOfIt() {
    assertThat(session(BY_HAND))
        .isEqualTo(
            TestStack.parse(
                """
                {"session_id": "session by hand", "user_id": "user-1", "services": ["shop"],
                 "environments": [], "agent_names": ["orders", "returns"], "agent_versions": [],
                 "models": [], "started_at": "2026-11-03 09:00:00.000000",
                 "ended_at": "2026-11-03 11:00:00.000000", "trace_count": 2,
                 "provisional_trace_count": 1, "trace_ids": ["a", "b"], "span_count": 9,
                 "decision_count": 5, "error_count": 1, "failed_trace_count": 1,
                 "tools": ["refund", "search"], "flags": ["error"], "escalated": false,
                 "rolled_back": true, "input_tokens": 150, "output_tokens": 10,
                 "total_tokens": 160, "fresh_input_tokens": null, "cache_read_tokens": null,
                 "cache_write_tokens": null, "reasoning_tokens": null, "cost_nano_usd": 2500000,
                 "cost_usd": 0.0025, "unpriced_trace_count": 1,
                 "max_context_utilization": null, "evaluation_count": 2,
                 "evaluation_min_score": 0.25, "feedback_count": 4, "session_feedback_count": 3,
                 "feedback_score": 0.75}"""));
  }

  @Test
  void theDecisionsOfASessionAreOneStoryWhateverTracesTheyAreIn() {
    connection.execute(
        """
        INSERT INTO %s.decisions
          (trace_id, decision_id, session_id, kind, name, step, started_at, phase, revision,
           key_time, deleted)
        VALUES
          ('b', 'd4', '%2$s', 'RESPONSE', 'response', 2, '2026-11-03 10:00:05', 'settled', 1,
           '2026-11-03 10:00:01', 0),
          ('b', 'd3', '%2$s', 'MODEL_CALL', 'chat', 1, '2026-11-03 10:00:05', 'settled', 1,
           '2026-11-03 10:00:01', 0),
          ('a', 'd2', '%2$s', 'TOOL_CALL', 'search', 2, '2026-11-03 09:00:02', 'amended', 2,
           '2026-11-03 10:00:01', 0),
          ('a', 'd2', '%2$s', 'TOOL_CALL', 'search', 2, '2026-11-03 09:00:02', 'settled', 1,
           '2026-11-03 10:00:01', 0),
          ('a', 'd1', '%2$s', 'MODEL_CALL', 'chat', 1, '2026-11-03 09:00:00', 'settled', 1,
           '2026-11-03 10:00:01', 0),
          ('other', 'd5', 'another', 'MODEL_CALL', 'chat', 1, '2026-11-03 09:30:00', 'settled', 1,
           '2026-11-03 10:00:01', 0)"""
            .formatted(target.database(), BY_HAND));
    assertThat(
            connection.query(
                "SELECT session_step, decision_id, phase FROM "
                    + target.database()
                    + ".session_story(session_id = '"
                    + BY_HAND
                    + "')"))
        .containsExactly(
            List.of("1", "d1", "settled"),
            List.of("2", "d2", "amended"),
            List.of("3", "d3", "settled"),
            List.of("4", "d4", "settled"));
  }

  @Test
  void aSessionOfWhichOnlyFeedbackIsKnownIsThere() {
    JsonNode session = session("never came");
    assertThat(session.path("trace_count").asInt()).isZero();
    assertThat(session.path("started_at").isNull()).isTrue();
    assertThat(session.path("trace_ids")).isEmpty();
    assertThat(session.path("feedback_score").asDouble()).isEqualTo(0.75);
    assertThat(rows("session_feedback_latest", "session_id = 'never came'")).isEmpty();
  }

  @Test
  void everySessionIsThereOnce() {
    assertThat(
            connection.query(
                "SELECT count(), uniqExact(session_id), sum(trace_count), sum(decision_count),"
                    + " sum(session_feedback_count) FROM "
                    + target.database()
                    + ".sessions_latest"))
        .isEqualTo(List.of(List.of("20002", "20002", "60002", "360005", "2004")));
  }

  @Test
  void feedbackOnASessionIsShownWithEachOfItsTraces() {
    List<JsonNode> rows = rows("session_feedback_latest", "session_id = 'session 10'");
    assertThat(rows).hasSize(3);
    assertThat(rows).allMatch(row -> row.path("score").asDouble() == 0.25);
    assertThat(rows).extracting(row -> row.path("trace_id").asText()).doesNotHaveDuplicates();
    assertThat(rows("session_feedback_latest", "trace_id = 'a'"))
        .extracting(row -> row.path("feedback_id").asText())
        .containsExactlyInAnyOrder("on session", "verdict", "rolled back");
  }

  /** Granules left of those there were before, for each step of choosing them, as EXPLAIN tells. */
  private List<List<Long>> granules(String view, String condition) {
    List<String> plan =
        connection
            .query(
                "EXPLAIN indexes = 1 SELECT * FROM %s.%s WHERE %s"
                    .formatted(target.database(), view, condition))
            .stream()
            .map(line -> String.join(" ", line))
            .toList();
    return plan.stream()
        .filter(line -> line.contains("Granules: ") && line.contains("/"))
        .map(line -> line.replaceAll(".*Granules: (\\d+)/(\\d+).*", "$1 $2").split(" "))
        .map(parts -> List.of(Long.parseLong(parts[0]), Long.parseLong(parts[1])))
        .toList();
  }

  @Test
  void aConditionOnTheSessionReachesTheIndexesOfBothTables() {
    for (String view : List.of("sessions_latest", "session_feedback_latest")) {
      List<List<Long>> granules = granules(view, "session_id = 'session 10000'");
      assertThat(granules)
          .as(view + " " + granules)
          .filteredOn(read -> 2 * read.get(0) < read.get(1))
          .hasSize(2);
    }
  }
}

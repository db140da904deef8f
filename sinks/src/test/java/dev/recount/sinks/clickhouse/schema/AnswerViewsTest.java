package dev.recount.sinks.clickhouse.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.sinks.clickhouse.TestStack;
import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The views of the cookbook on 200,000 decisions over ten days, of which every second was written
 * twice, and on a few traces by hand.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnswerViewsTest {
  private final ClickHouseTarget target = TestStack.newTarget();
  private final ClickHouseConnection connection = TestStack.connect(target);

  @BeforeAll
  void fill() {
    Migrations.apply(connection, SchemaOptions.of(target.database()));
    for (int revision = 1; revision <= 2; revision++) {
      connection.execute(
          """
          INSERT INTO %s.decisions
            (trace_id, decision_id, kind, step, tool_name, agent_name, agent_version, started_at,
             confidence, context_tokens, context_limit, status, sample_weight, phase, revision, key_time)
          SELECT concat('many ', toString(intDiv(number, 5))), toString(number), 'TOOL_CALL',
            number %% 5 + 1, 'search', 'many', '1', toDateTime64('2026-11-01 00:00:00', 6, 'UTC') + toIntervalSecond(number * 4),
            0.75, 900, 1000, if(%d = 1, 'error', 'ok'), 2, 'settled', %d,
            toDateTime64('2026-11-01 00:00:01', 3, 'UTC') + toIntervalSecond(number * 4)
          FROM numbers(200000) WHERE number %% %d = 0"""
              .formatted(target.database(), revision, revision, revision == 1 ? 2 : 1));
    }
    callsByHand();
    tracesByHand();
  }

  /**
   * Of four traces: one took the wrong tool, one the right one twice, one the right one whose
   * answer led it astray, one failed and gave up. The last row is superseded.
   */
  private void callsByHand() {
    connection.execute(
        """
        INSERT INTO %s.decisions
          (trace_id, decision_id, kind, step, tool_name, considered, status, outcome_matched,
           suspect_decision_id, agent_name, started_at, phase, sample_weight, revision, key_time)
        VALUES
          ('wrong', 'w1', 'TOOL_CALL', 1, 'refund', [('refund', 1, ''), ('search', 0, 'no')], 'error', NULL, '', 'hand', '2026-11-20 10:00:00', 'settled', 1, 2, '2026-11-20 10:00:00'),
          ('wrong', 'w2', 'TOOL_CALL', 2, 'notes', [('notes', 1, '')], 'ok', NULL, '', 'hand', '2026-11-20 10:00:01', 'settled', 1, 2, '2026-11-20 10:00:00'),
          ('wrong', 'w3', 'TOOL_CALL', 3, 'search', [('search', 1, ''), ('refund', 0, '')], 'ok', true, '', 'hand', '2026-11-20 10:00:02', 'settled', 1, 2, '2026-11-20 10:00:00'),
          ('again', 'a1', 'TOOL_CALL', 1, 'search', [('search', 1, ''), ('refund', 0, '')], 'error', NULL, '', 'hand', '2026-11-20 10:00:00', 'settled', 3, 2, '2026-11-20 10:00:00'),
          ('again', 'a2', 'TOOL_CALL', 2, 'refund', [('refund', 1, '')], 'ok', NULL, '', 'hand', '2026-11-20 10:00:01', 'settled', 3, 2, '2026-11-20 10:00:00'),
          ('again', 'a3', 'TOOL_CALL', 3, 'search', [('search', 1, '')], 'ok', NULL, '', 'hand', '2026-11-20 10:00:02', 'settled', 3, 2, '2026-11-20 10:00:00'),
          ('astray', 's1', 'TOOL_CALL', 1, 'search', [], 'ok', NULL, '', 'hand', '2026-11-20 10:00:00', 'settled', 1, 2, '2026-11-20 10:00:00'),
          ('astray', 's2', 'MODEL_CALL', 2, '', [], 'error', NULL, 's1', 'hand', '2026-11-20 10:00:01', 'settled', 1, 2, '2026-11-20 10:00:00'),
          ('astray', 's3', 'TOOL_CALL', 3, 'refund', [], 'ok', false, '', 'hand', '2026-11-20 10:00:02', 'settled', 1, 2, '2026-11-20 10:00:00'),
          ('gave up', 'g1', 'TOOL_CALL', 1, 'refund', [], 'error', NULL, '', 'hand', '2026-11-20 10:00:00', 'settled', 1, 2, '2026-11-20 10:00:00'),
          ('again', 'a3', 'TOOL_CALL', 3, 'search', [], 'error', false, '', 'hand', '2026-11-20 10:00:02', 'settled', 3, 1, '2026-11-20 10:00:00')"""
            .formatted(target.database()));
  }

  /**
   * Two versions of one agent: of the first one trace of four failed, of the second two of three.
   */
  private void tracesByHand() {
    connection.execute(
        """
        INSERT INTO %s.traces
          (trace_id, agent_name, agent_version, started_at, ended_at, status, escalated,
           feedback_kinds, feedback_scores, feedback_occurred_at, total_tokens, cost_nano_usd,
           sample_weight, phase, revision, key_time)
        VALUES
          ('t1', 'hand', '1', '2026-11-20 10:00:00', '2026-11-20 10:00:01', 'ok', false, [], [], [], 10, 1000000000, 3, 'settled', 1, '2026-11-20 10:00:00'),
          ('t2', 'hand', '1', '2026-11-20 10:00:01', '2026-11-20 10:00:02', 'error', false, [], [], [], 10, 3000000000, 1, 'settled', 1, '2026-11-20 10:00:00'),
          ('t3', 'hand', '2', '2026-11-20 11:00:00', '2026-11-20 11:00:09', 'error', false, [], [], [], 10, 2000000000, 2, 'settled', 1, '2026-11-20 11:00:00'),
          ('t4', 'hand', '2', '2026-11-20 11:00:00', '2026-11-20 11:00:09', 'ok', false, ['OUTCOME', 'OUTCOME', 'RATING'], [1, 0, 1], ['2026-11-21 00:00:00', '2026-11-22 00:00:00', '2026-11-23 00:00:00'], 10, NULL, 1, 'settled', 1, '2026-11-20 11:00:00'),
          ('t5', 'hand', '2', '2026-11-20 11:00:00', NULL, 'error', false, [], [], [], 10, NULL, 1, 'provisional', 1, '2026-11-20 11:00:00')"""
            .formatted(target.database()));
  }

  @AfterAll
  void close() {
    connection.execute("DROP DATABASE " + target.database());
    connection.close();
  }

  private List<List<String>> rows(String columns, String from) {
    return connection.query("SELECT %s FROM %s.%s".formatted(columns, target.database(), from));
  }

  private List<String> row(String columns, String from) {
    List<List<String>> rows = rows(columns, from);
    assertThat(rows).hasSize(1);
    return rows.get(0);
  }

  @Test
  void theWrongToolIsToldFromBadData() {
    assertThat(
            rows(
                "decision_id, verdict, corrected_to",
                "judged_tool_calls WHERE agent_name = 'hand' ORDER BY decision_id"))
        .containsExactly(
            List.of("a1", "bad_data", ""),
            List.of("a2", "good", ""),
            List.of("a3", "good", ""),
            List.of("g1", "unclear", ""),
            List.of("s1", "bad_data", ""),
            List.of("s3", "bad_data", ""),
            List.of("w1", "wrong_tool", "search"),
            List.of("w2", "good", ""),
            List.of("w3", "good", ""));
  }

  @Test
  void whatWasOfferedIsChosenOrTurnedDownAndWeighs() {
    String columns =
        "sum(offered), sum(chosen), sum(rejected), sum(failed), sum(wrong_tool), sum(bad_data),"
            + " sum(unclear), sum(missed)";
    assertThat(row(columns, "tool_selection WHERE agent_name = 'hand' AND tool = 'search'"))
        .containsExactly("9", "8", "1", "3", "0", "4", "0", "1");
    assertThat(row(columns, "tool_selection WHERE agent_name = 'hand' AND tool = 'refund'"))
        .containsExactly("10", "6", "4", "2", "1", "1", "1", "0");
  }

  @Test
  void calibrationCountsWeightsAndLatestRowsOnly() {
    assertThat(
            row(
                "any(bin), sum(decisions), sum(expected_good), sum(good)",
                "confidence_calibration WHERE agent_name = 'many'"))
        .containsExactly("7", "400000", "300000", "400000");
    assertThat(
            row(
                "any(window), sum(decisions), sum(failed)",
                "context_pressure WHERE agent_name = 'many'"))
        .containsExactly("90 to 100 %", "400000", "0");
  }

  @Test
  void aSuccessIsWhatTheLastOutcomeSaysAndCostsWhatAllCost() {
    assertThat(
            rows(
                "agent_version, sum(traces), sum(successes), sum(unpriced), sum(total_cost_usd), sum(wasted_cost_usd)",
                "outcomes WHERE agent_name = 'hand' GROUP BY agent_version ORDER BY agent_version"))
        .containsExactly(
            List.of("1", "4", "3", "0", "6", "3"), List.of("2", "3", "0", "1", "4", "4"));
  }

  @Test
  void aVersionStandsBesideTheOneBeforeIt() {
    JsonNode second =
        TestStack.json(
                "SELECT * FROM %s.version_regressions WHERE agent_name = 'hand' AND version = '2'"
                    .formatted(target.database()))
            .get(0);
    assertThat(second.path("dimension").asText()).isEqualTo("agent");
    assertThat(second.path("previous").asText()).isEqualTo("1");
    assertThat(second.path("traces").asDouble()).isEqualTo(3);
    assertThat(second.path("failure_rate").asDouble()).isEqualTo(2.0 / 3);
    assertThat(second.path("previous_failure_rate").asDouble()).isEqualTo(0.25);
    assertThat(second.path("mean_cost_usd").asDouble()).isEqualTo(2);
    assertThat(second.path("previous_mean_cost_usd").asDouble()).isEqualTo(1.5);
    // R: 2 * pnorm(-abs(2/3 - 1/4) / sqrt(p * (1 - p) * (10/16 + 5/9))), p = (1 + 2) / 7
    assertThat(second.path("p_value").asDouble()).isCloseTo(0.4384, within(0.001));
    assertThat(
            row(
                "previous, isNull(p_value)",
                "version_regressions WHERE agent_name = 'hand' AND version = '1'"))
        .containsExactly("", "1");
  }

  /** Granules read of each table, as EXPLAIN tells. */
  private List<Long> granules(String from) {
    return connection
        .query("EXPLAIN indexes = 1 SELECT * FROM %s.%s".formatted(target.database(), from))
        .stream()
        .map(line -> String.join(" ", line))
        .filter(line -> line.contains(" | Granules: "))
        .map(line -> Long.parseLong(line.replaceAll(".*Granules: (\\d+).*", "$1")))
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          tool_selection | day = '2026-11-05'
          judged_tool_calls | trace_id = 'many 777'
          confidence_calibration | hour >= '2026-11-05' AND hour < '2026-11-06'
          context_pressure | hour >= '2026-11-05' AND hour < '2026-11-06'
          tool_loops | trace_id = 'many 777'
          """)
  void conditionsReachTheIndexes(String view, String condition) {
    long all = granules(view).get(0);
    List<Long> read = granules(view + " WHERE " + condition);
    assertThat(read).as(read + " of " + all).hasSize(1).allMatch(granules -> 3 * granules < all);
  }

  @Test
  void aPathOfReasoningReadsOneTrace() {
    long all = granules("tool_loops").get(0);
    assertThat(granules("reasoning_path(trace_id = 'many 777')"))
        .allMatch(granules -> 3 * granules < all);
    assertThat(rows("place, decision_id", "reasoning_path(trace_id = 'many 777')"))
        .containsExactly(List.of("1", "3889"));
  }
}

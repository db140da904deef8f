package dev.recount.sinks.clickhouse.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.sinks.clickhouse.TestStack;
import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * 20,000 traces, of which those that failed are kept and a tenth of the others, by a hash. Rows of
 * all of them are there, so that what is told from the kept ones can be held to the truth.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WeightedViewsTest {
  private final ClickHouseTarget target = TestStack.newTarget();
  private final ClickHouseConnection connection = TestStack.connect(target);

  @BeforeAll
  void fill() {
    Migrations.apply(connection, SchemaOptions.of(target.database()));
    connection.execute(
        """
        INSERT INTO %s.traces
          (trace_id, agent_version, status, started_at, input_tokens, cost_nano_usd, retained,
           sample_weight, retained_by, phase, revision, key_time)
        SELECT lower(hex(sipHash128(number))) AS trace, concat('v', toString(number %% 4)),
          if(number %% 50 = 0, 'error', 'ok') AS outcome,
          toDateTime64('2026-11-01 00:00:00', 6, 'UTC') + toIntervalSecond(number), 100,
          1000000, outcome = 'error' OR sipHash64(trace) %% 10 = 0 AS kept,
          if(outcome = 'error', 1, if(kept, 10, 0)), if(outcome = 'error', 'errors', 'rest'),
          'settled', 1, toDateTime64('2026-11-01 00:00:01', 3, 'UTC') + toIntervalSecond(number)
        FROM numbers(20000)"""
            .formatted(target.database()));
    connection.execute(
        """
        INSERT INTO %s.decisions
          (trace_id, decision_id, kind, tool_name, started_at, retained, sample_weight, phase,
           revision, key_time)
        SELECT trace_id, 'd', 'TOOL_CALL', 'search', started_at, retained, sample_weight, phase, 1,
          key_time
        FROM %1$s.traces"""
            .formatted(target.database()));
  }

  @AfterAll
  void close() {
    connection.execute("DROP DATABASE " + target.database());
    connection.close();
  }

  private JsonNode row(String query) {
    return TestStack.json(query.replace("FROM ", "FROM " + target.database() + ".")).get(0);
  }

  @Test
  void weightedCountsAreWithinTheirErrorOfTheTruth() {
    for (String where : new String[] {"true", "agent_version = 'v1'", "agent_version = 'v3'"}) {
      JsonNode counts =
          row(
              "SELECT sum(traces) AS truth, sum(weighted_traces) AS told, sqrt(sum(variance)) AS error,"
                  + " sum(retained_traces) AS kept FROM weighted_traces WHERE "
                  + where);
      double error = counts.path("error").asDouble();
      assertThat(error).isPositive();
      assertThat(counts.path("told").asDouble())
          .isCloseTo(counts.path("truth").asDouble(), within(3 * error));
      assertThat(counts.path("kept").asDouble()).isLessThan(counts.path("truth").asDouble() / 5);
    }
  }

  @Test
  void whatIsKeptWholeIsToldExactly() {
    JsonNode counts =
        row(
            "SELECT sum(weighted_failed_traces) AS failed, sum(variance) AS variance"
                + " FROM weighted_traces WHERE status = 'error'");
    assertThat(counts.path("failed").asDouble()).isEqualTo(400);
    assertThat(counts.path("variance").asDouble()).isZero();
  }

  @Test
  void tokensAndCostAreWeightedToo() {
    JsonNode sums =
        row(
            "SELECT sum(weighted_traces) AS traces, sum(weighted_input_tokens) AS tokens,"
                + " sum(weighted_cost_usd) AS cost FROM weighted_traces");
    double traces = sums.path("traces").asDouble();
    assertThat(sums.path("tokens").asDouble()).isCloseTo(100 * traces, within(1e-3));
    assertThat(sums.path("cost").asDouble()).isCloseTo(traces / 1000, within(1e-6));
  }

  @Test
  void decisionsCountAsTheirTracesDo() {
    JsonNode decisions =
        row(
            "SELECT sum(decisions) AS all, sum(weighted_decisions) AS told FROM weighted_decisions"
                + " WHERE tool_name = 'search'");
    JsonNode traces = row("SELECT sum(weighted_traces) AS told FROM weighted_traces");
    assertThat(decisions.path("all").asLong()).isEqualTo(20_000);
    assertThat(decisions.path("told").asDouble()).isEqualTo(traces.path("told").asDouble());
  }
}

package dev.recount.sinks.clickhouse.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.sinks.clickhouse.TestStack;
import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * 60,000 decisions that were written twice, with merges stopped so that the superseded rows stay;
 * everything that is indexed changed in between.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChangingColumnsTest {
  private static final int DECISIONS = 60_000;

  private final ClickHouseTarget target = TestStack.newTarget();
  private final ClickHouseConnection connection = TestStack.connect(target);

  @BeforeAll
  void fill() {
    Migrations.apply(connection, SchemaOptions.of(target.database()));
    connection.execute("SYSTEM STOP MERGES " + target.database() + ".decisions");
    insert(1, "early", "2026-11-01 10:00:00");
    insert(2, "late", "2026-11-02 10:00:00");
  }

  private void insert(int revision, String when, String startedAt) {
    connection.execute(
        """
        INSERT INTO %s.decisions
          (trace_id, decision_id, agent_version, prompt_version, error_message, started_at, status,
           phase, revision, key_time)
        SELECT concat('trace ', toString(number)), 'only', '%3$s', 'v-%3$s', 'refused %3$s', '%4$s',
          'error', 'settled', %2$d, toDateTime64('2026-11-02 10:00:00', 3, 'UTC') + toIntervalSecond(number)
        FROM numbers(%5$d)"""
            .formatted(target.database(), revision, when, startedAt, DECISIONS));
  }

  @AfterAll
  void close() {
    connection.execute("DROP DATABASE " + target.database());
    connection.close();
  }

  private long number(String query) {
    return Long.parseLong(connection.query(query.replace("$", target.database())).get(0).get(0));
  }

  private List<String> plan(String condition) {
    return connection
        .query(
            "EXPLAIN indexes = 1 SELECT count() FROM %s.decisions_latest WHERE %s"
                .formatted(target.database(), condition))
        .stream()
        .map(line -> String.join(" ", line))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "agent_version = '%s'",
        "prompt_version = 'v-%s'",
        "hasToken(error_message, '%s')",
        "started_at < '2026-11-02' AND '%s' != ''"
      })
  void whatWasSupersededIsNotFoundByAnIndex(String condition) {
    String superseded = condition.formatted("early");
    assertThat(number("SELECT count() FROM $.decisions_latest WHERE " + superseded)).isZero();
    // Without the exact mode the rows that supersede are pruned away, and the answer is wrong.
    assertThat(
            number(
                "SELECT count() FROM $.decisions FINAL WHERE "
                    + superseded
                    + " SETTINGS use_skip_indexes_if_final = 1,"
                    + " use_skip_indexes_if_final_exact_mode = 0"))
        .isEqualTo(DECISIONS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "agent_version = 'late'",
        "prompt_version = 'v-late'",
        "hasToken(error_message, 'late')",
        "started_at >= '2026-11-02'"
      })
  void whatIsLatestIsFoundThoughItWasSomethingElseBefore(String condition) {
    assertThat(number("SELECT count() FROM $.decisions_latest WHERE " + condition))
        .isEqualTo(DECISIONS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "trace_id = 'trace 777'",
        "agent_version = 'never'",
        "prompt_version = 'never'",
        "hasToken(error_message, 'never')",
        "started_at < '2026-10-31'"
      })
  void anIndexPrunes(String condition) {
    List<String> plan = plan(condition);
    long read =
        plan.stream()
            .filter(line -> line.contains(" | Granules: "))
            .mapToLong(line -> Long.parseLong(line.replaceAll(".*Granules: (\\d+).*", "$1")))
            .sum();
    long all =
        number(
            "SELECT sum(marks - 1) FROM system.parts WHERE active AND database = '$' AND table ="
                + " 'decisions'");
    assertThat(all).isGreaterThan(10);
    assertThat(read).as(String.join("\n", plan)).isLessThanOrEqualTo(2);
  }

  @Test
  void aConditionOnTheSortKeyDecidesWhatIsReadAndNoOtherDoes() {
    List<String> before =
        plan("trace_id = 'x' AND phase = 'settled' AND status = 'ok'").stream()
            .filter(line -> line.contains("Prewhere filter column"))
            .toList();
    assertThat(before).hasSize(1);
    assertThat(before.get(0)).contains("trace_id").doesNotContain("phase").doesNotContain("status");
  }
}

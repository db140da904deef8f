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

/**
 * 40,000 traces over ten days, five decisions each, with merges stopped so that superseded rows
 * stay: of every second trace a revision in which it starts an hour earlier, of every tenth one in
 * which it starts five days later, of every fiftieth a withdrawal.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LatestViewsTest {
  private static final String TUESDAY_TO_THURSDAY =
      "started_at >= '2026-11-03' AND started_at < '2026-11-06'";

  private final ClickHouseTarget target = TestStack.newTarget();
  private final ClickHouseConnection connection = TestStack.connect(target);

  @BeforeAll
  void fill() {
    Migrations.apply(connection, SchemaOptions.of(target.database()));
    connection.execute("SYSTEM STOP MERGES " + target.database() + ".decisions");
    insert(1, 1, "0", 0);
    insert(2, 2, "-3600", 0);
    insert(3, 10, "432000", 0);
    insert(4, 50, "0", 1);
  }

  @AfterAll
  void close() {
    connection.execute("DROP DATABASE " + target.database());
    connection.close();
  }

  private void insert(int revision, int everyTrace, String laterBySeconds, int deleted) {
    connection.execute(
        """
        INSERT INTO %s.decisions
          (trace_id, decision_id, kind, tool_name, agent_version, prompt_version, started_at,
           phase, revision, key_time, deleted)
        SELECT lower(hex(sipHash128(trace))), toString(number %% 5), 'TOOL_CALL',
          if(number %% 5 = 0, 'inventory', 'search'), if(trace %% 3 = 0, '2.4.1', '2.4.0'), 'v17',
          toDateTime64('2026-11-01 00:00:00', 6, 'UTC') + toIntervalSecond(trace * 21 + %s),
          if(%d = 1, 'provisional', 'settled'), %d,
          toDateTime64('2026-11-01 00:00:01', 3, 'UTC') + toIntervalSecond(trace * 21), %d
        FROM (SELECT number, intDiv(number, 5) AS trace FROM numbers(200000))
        WHERE trace %% %d = 0"""
            .formatted(target.database(), laterBySeconds, revision, revision, deleted, everyTrace));
  }

  /** The same answer without views, FINAL or indexes. */
  private String byHand(String columns, String condition) {
    return """
        SELECT %s FROM (
          SELECT trace_id, decision_id, max(d.revision) AS revision,
            argMax(started_at, d.revision) AS started_at, argMax(phase, d.revision) AS phase,
            any(tool_name) AS tool_name, any(agent_version) AS agent_version,
            any(prompt_version) AS prompt_version, argMax(deleted, d.revision) AS withdrawn
          FROM %s.decisions AS d GROUP BY trace_id, decision_id)
        WHERE withdrawn = 0 AND %s"""
        .formatted(columns, target.database(), condition);
  }

  private String byView(String columns, String condition) {
    return "SELECT %s FROM %s.decisions_latest WHERE %s"
        .formatted(columns, target.database(), condition);
  }

  private void assertSameAnswer(String columns, String condition) {
    List<List<String>> answer = connection.query(byView(columns, condition));
    assertThat(answer).isEqualTo(connection.query(byHand(columns, condition)));
    assertThat(answer).isNotEqualTo(List.of(List.of("0", "0")));
  }

  /** Granules read of those there are, as EXPLAIN tells. */
  private long granulesRead(String condition) {
    List<String> plan =
        connection.query("EXPLAIN indexes = 1 " + byView("count()", condition)).stream()
            .map(line -> String.join(" ", line))
            .toList();
    List<String> parts = plan.stream().filter(line -> line.contains(" | Granules: ")).toList();
    assertThat(parts).as(String.join("\n", plan)).hasSize(1);
    return Long.parseLong(parts.get(0).replaceAll(".*Granules: (\\d+).*", "$1"));
  }

  private long granulesThatThereAre() {
    return Long.parseLong(
        connection
            .query(
                "SELECT sum(marks - 1) FROM system.parts WHERE active AND database = '"
                    + target.database()
                    + "' AND table = 'decisions'")
            .get(0)
            .get(0));
  }

  @Test
  void aRangeOfTimeIsExactAlthoughItsIndexSeesSupersededRows() {
    assertSameAnswer("count(), sum(revision)", TUESDAY_TO_THURSDAY);
  }

  @Test
  void aFilterOnAColumnThatChangesSeesOnlyTheLatestValue() {
    assertSameAnswer("count(), uniqExact(trace_id)", "phase = 'provisional'");
    assertSameAnswer("count(), uniqExact(trace_id)", "phase = 'settled'");
  }

  @Test
  void theQuestionOfTheReadmeIsOneShortQuery() {
    assertSameAnswer(
        "uniqExact(trace_id), count()",
        "agent_version = '2.4.1' AND prompt_version = 'v17' AND tool_name = 'inventory' AND "
            + TUESDAY_TO_THURSDAY);
  }

  @Test
  void withdrawnRowsAndKeyTimeAreHidden() {
    assertThat(connection.query(byView("count()", "1")))
        .isEqualTo(List.of(List.of(Integer.toString(200_000 / 50 * 49))));
    assertThat(connection.query("DESCRIBE " + target.database() + ".decisions_latest"))
        .extracting(row -> row.get(0))
        .contains("trace_id", "revision")
        .doesNotContain("key_time", "deleted");
  }

  @Test
  void aTraceIsFoundThroughAnIndex() {
    String trace = connection.query("SELECT lower(hex(sipHash128(toUInt64(20001))))").get(0).get(0);
    assertThat(connection.query(byView("count()", "trace_id = '" + trace + "'")))
        .isEqualTo(List.of(List.of("5")));
    assertThat(granulesRead("trace_id = '" + trace + "'")).isLessThan(granulesThatThereAre() / 4);
  }

  @Test
  void aRangeOfTimeIsFoundThroughAnIndex() {
    assertThat(
            granulesRead(
                "started_at >= '2026-11-01 06:00:00' AND started_at < '2026-11-01 12:00:00'"))
        .isLessThan(granulesThatThereAre() / 2);
  }
}

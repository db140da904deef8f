package dev.recount.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.benchmarks.GeneratedDecisions.Revision;
import dev.recount.local.clickhouse.ClickHouseProcess;
import dev.recount.local.install.Installation;
import dev.recount.local.install.InstallationListener;
import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import dev.recount.sinks.clickhouse.schema.Migrations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The generator at a thousandth of its size, through the tables as the migrations make them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
class GeneratedDecisionsTest {
  private static final long DECISIONS = 20_000;

  private final GeneratedDecisions generated = new GeneratedDecisions(DECISIONS);
  private ClickHouseProcess clickHouse;
  private ClickHouseConnection connection;

  @BeforeAll
  void fill(@TempDir Path folder) {
    clickHouse =
        ClickHouseProcess.start(
            Installation.ofThisUser(InstallationListener.SILENT), folder.resolve("data"), 0);
    connection =
        ClickHouseConnection.open(
            ClickHouseTarget.plain(clickHouse.url()).withDatabase("recount"),
            Duration.ofMinutes(1));
    Migrations.apply(connection, GeneratedData.SCHEMA);
    long blocks = DECISIONS / 100;
    for (Revision revision : Revision.values()) {
      connection.execute(generated.insertDecisions(revision, 0, blocks / 2));
      connection.execute(generated.insertDecisions(revision, blocks / 2, blocks));
      connection.execute(generated.insertTraces(revision, 0, blocks));
    }
  }

  @AfterAll
  void stop() {
    if (clickHouse != null) {
      connection.close();
      clickHouse.close();
    }
  }

  private List<String> row(String sql) {
    return connection.query(sql).get(0);
  }

  @Test
  void everyDecisionIsThereOnceAndInATrace() {
    assertThat(
            row(
                "SELECT count(), uniqExact(trace_id, decision_id), uniqExact(trace_id) FROM"
                    + " recount.decisions_latest"))
        .containsExactly("20000", "20000", Long.toString(generated.traces()));
    assertThat(row("SELECT count(), uniqExact(trace_id) FROM recount.traces_latest"))
        .containsExactly(Long.toString(generated.traces()), Long.toString(generated.traces()));
    assertThat(
            row(
                "SELECT count() FROM recount.decisions_latest WHERE trace_id NOT IN (SELECT"
                    + " trace_id FROM recount.traces_latest)"))
        .containsExactly("0");
  }

  @Test
  void traceAndDecisionsAgreeOnWhoRan() {
    assertThat(
            row(
                "SELECT count() FROM recount.decisions_latest AS d INNER JOIN recount.traces_latest"
                    + " AS t USING trace_id WHERE (d.agent_name, d.agent_version, d.prompt_version)"
                    + " != (t.agent_name, t.agent_version, t.prompt_version)"))
        .containsExactly("0");
  }

  @Test
  void theFirstAgentHasMostOfTheTrafficAndEveryPhaseIsThere() {
    assertThat(
            row(
                "SELECT argMax(agent_name, n) FROM (SELECT agent_name, count() AS n FROM"
                    + " recount.traces_latest GROUP BY agent_name)"))
        .containsExactly("agent-1");
    assertThat(row("SELECT arraySort(groupUniqArray(phase)) FROM recount.decisions_latest"))
        .containsExactly("['amended','settled']");
  }

  @Test
  void everyQuestionHasAnAnswerInSql() throws Exception {
    QueryTimer timer = new QueryTimer(clickHouse.url());
    for (Question question : Question.all(generated)) {
      assertThat(timer.ask(question.sql(1)).nanos()).as(question.name()).isPositive();
      assertThat(timer.granules(question.sql(1))).as(question.name()).matches("\\d+/\\d+");
    }
  }

  @Test
  void aTraceIsFoundByItsId() throws Exception {
    Question steps =
        Question.all(generated).stream()
            .filter(question -> question.name().equals("trace steps"))
            .findFirst()
            .orElseThrow();
    assertThat(new QueryTimer(clickHouse.url()).ask(steps.sql(3)).rows()).isBetween(2L, 22L);
  }
}

package dev.recount.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.cli.deploy.Repository;
import dev.recount.cli.roles.EmbeddedOptions;
import dev.recount.cli.roles.EmbeddedPipeline;
import dev.recount.cli.sql.ClickHouse;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Every query of docs/cookbook.md, on what the demo's fleet sent through the whole pipeline. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
class CookbookTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int TRACES = 400;

  /** A query, and the table under it that says what its columns are. */
  private static final Pattern RECIPE =
      Pattern.compile(
          "(?s)```sql\\n(?<sql>.*?)\\n```\\n\\n\\| column \\| says \\|\\n\\|---\\|---\\|\\n(?<columns>(?:\\|[^\\n]*\\n)+)");

  private static final Pattern COLUMN = Pattern.compile("(?m)^\\| `([a-z_0-9]+)` \\|");
  private static final Pattern PARAMETER = Pattern.compile("\\{([a-z_]+):String}");

  private final Fleet fleet = Fleet.plan(1, TRACES, Instant.parse("2026-11-20T00:00:00Z"));
  private EmbeddedPipeline pipeline;
  private ClickHouse clickHouse;

  @BeforeAll
  void runTheFleet() {
    pipeline =
        EmbeddedPipeline.start(
            EmbeddedOptions.ephemeral(
                Map.of("settle.quiet.ms", "2000", "tick.interval.ms", "200"), line -> {}));
    clickHouse = pipeline.connectToClickHouse();
    try (FleetSender sender = new FleetSender(pipeline.connection(), pipeline.otlpGrpcUrl())) {
      sender.send(fleet.deliveries(), sent -> {});
      sender.send(fleet.afterSettlement(), sent -> {});
    }
    await().atMost(PATIENCE).until(() -> Proof.take(fleet, clickHouse).isComplete());
  }

  @AfterAll
  void stop() {
    if (pipeline != null) {
      clickHouse.close();
      pipeline.close();
    }
  }

  private record Recipe(String sql, List<String> columns) {}

  private static List<Recipe> recipes() throws IOException {
    Matcher recipes = RECIPE.matcher(page());
    List<Recipe> all = new ArrayList<>();
    while (recipes.find()) {
      all.add(
          new Recipe(
              recipes.group("sql"),
              COLUMN
                  .matcher(recipes.group("columns"))
                  .results()
                  .map(found -> found.group(1))
                  .toList()));
    }
    return all;
  }

  private static String page() throws IOException {
    return Files.readString(Repository.root().resolve("docs/cookbook.md"));
  }

  @Test
  void everyQueryOfThePageSaysWhatItsColumnsAre() throws IOException {
    long queries = Pattern.compile("(?m)^```sql$").matcher(page()).results().count();
    assertThat(recipes()).hasSize((int) queries).hasSizeGreaterThan(15);
  }

  @TestFactory
  List<DynamicTest> everyQueryHasRowsAndTheColumnsThatAreStated() throws IOException {
    return recipes().stream()
        .map(
            recipe ->
                DynamicTest.dynamicTest(
                    recipe.sql().replaceAll("\\s+", " ").substring(0, 60), () -> check(recipe)))
        .toList();
  }

  private void check(Recipe recipe) {
    List<JsonNode> rows = clickHouse.rows(recipe.sql(), parameters(recipe.sql()));
    assertThat(rows).as(recipe.sql()).isNotEmpty();
    List<String> columns = new ArrayList<>();
    rows.get(0).fieldNames().forEachRemaining(columns::add);
    assertThat(columns).isEqualTo(recipe.columns());
  }

  /** A trace that failed and a session of it, where the query asks for one. */
  private Map<String, String> parameters(String sql) {
    Map<String, String> values = new HashMap<>();
    for (MatchResult parameter : PARAMETER.matcher(sql).results().toList()) {
      String column = parameter.group(1);
      values.put(
          column,
          text(
              "SELECT "
                  + column
                  + " AS found FROM traces_latest WHERE status = 'error' ORDER BY trace_id LIMIT 1",
              "found"));
    }
    return values;
  }

  private String text(String sql, String column) {
    return clickHouse.rows(sql, Map.of()).get(0).path(column).asText();
  }

  private double number(String expression, String view, String condition) {
    String sql = "SELECT " + expression + " AS n FROM " + view + " WHERE " + condition;
    return clickHouse.rows(sql, Map.of()).get(0).path("n").asDouble();
  }

  private long runs(Scenario scenario) {
    return fleet.runs().stream().filter(run -> run.scenario() == scenario).count();
  }

  @Test
  void aWrongToolIsToldFromTheRightOneOnABadDay() {
    long mistaken =
        fleet.runs().stream()
            .filter(run -> run.scenario() == Scenario.TOOL_FAILURE)
            .filter(
                run ->
                    run.spans().stream()
                        .anyMatch(
                            span ->
                                span.failure() != null
                                    && span.failure().type().equals("ValidationError")))
            .count();
    assertThat(mistaken).isPositive().isLessThan(runs(Scenario.TOOL_FAILURE));
    assertThat(number("sum(wrong_tool)", "tool_selection", "1")).isEqualTo(mistaken);
    assertThat(number("sum(missed)", "tool_selection", "1")).isEqualTo(mistaken);
    assertThat(number("count()", "judged_tool_calls", "verdict = 'bad_data' AND status = 'error'"))
        .isEqualTo(runs(Scenario.TOOL_FAILURE) - mistaken);
  }

  @Test
  void everyToolCallIsAChoiceAmongThoseOnOffer() {
    double calls = number("count()", "decisions_latest", "kind = 'TOOL_CALL'");
    assertThat(number("sum(chosen)", "tool_selection", "1")).isEqualTo(calls);
    assertThat(number("sum(offered) - sum(chosen) - sum(rejected)", "tool_selection", "1"))
        .isZero();
    assertThat(number("countIf(verdict != 'good')", "judged_tool_calls", "1"))
        .isEqualTo(number("sum(wrong_tool + bad_data + unclear)", "tool_selection", "1"));
  }

  @Test
  void everyLoopOfTheFleetIsFound() {
    assertThat(number("uniqExact(trace_id)", "tool_loops", "1"))
        .isEqualTo(runs(Scenario.TOOL_LOOP));
    assertThat(number("countIf(distinct_answers != 1)", "tool_loops", "1")).isZero();
  }

  @Test
  void whatSucceededIsWhatDidNotGoWrongInAnyWay() {
    assertThat(number("sum(traces)", "outcomes", "1")).isEqualTo(TRACES);
    assertThat(number("sum(traces) - sum(successes)", "outcomes", "1"))
        .isEqualTo(
            number("countIf(status = 'error' OR escalated OR rolled_back)", "traces_latest", "1"));
    assertThat(number("sum(total_cost_usd)", "outcomes", "1"))
        .isCloseTo(number("sum(cost_usd)", "traces_latest", "1"), withinPercentage(1e-6));
  }

  @Test
  void binsHoldWhatTheirNamesSayAndFailuresAreNoSuccesses() {
    assertThat(
            number(
                "countIf(expected_good / decisions < bin / 10 - 1e-9 OR expected_good / decisions > (bin + 1) / 10 + 1e-9)",
                "confidence_calibration",
                "1"))
        .isZero();
    assertThat(number("sum(decisions) - sum(good)", "confidence_calibration", "kind = 'TOOL_CALL'"))
        .isEqualTo(
            number(
                "countIf(status = 'error' OR has(flags, 'tool_loop')"
                    + " OR (trace_id, decision_id) IN (SELECT trace_id, decision_id"
                    + " FROM evaluations_latest WHERE passed = 0"
                    + " AND name NOT IN ('low_confidence', 'confidence_against_outcome')))",
                "decisions_latest",
                "kind = 'TOOL_CALL' AND isNotNull(confidence)"));
  }

  @Test
  void aVersionIsComparedWithTheOneBeforeIt() {
    String ofOrderAgent =
        "agent_name = 'order-agent' AND dimension = 'agent' AND version = '2.4.1'";
    assertThat(text("SELECT previous FROM version_regressions WHERE " + ofOrderAgent, "previous"))
        .isEqualTo("2.4.0");
    assertThat(number("failure_rate", "version_regressions", ofOrderAgent))
        .isEqualTo(
            number(
                "countIf(status = 'error') / count()",
                "traces_latest",
                "agent_name = 'order-agent' AND agent_version = '2.4.1'"));
    assertThat(number("p_value", "version_regressions", ofOrderAgent)).isBetween(0.0, 1.0);
  }

  @Test
  void instructionsAreLostWhereTheWindowOverflows() {
    long overfull =
        fleet.runs().stream()
            .filter(
                run ->
                    run.snapshots().stream()
                        .anyMatch(window -> window.getTokenCount() > window.getTokenLimit()))
            .count();
    assertThat(number("uniqExact(trace_id)", "instruction_loss", "1")).isEqualTo(overfull);
  }
}

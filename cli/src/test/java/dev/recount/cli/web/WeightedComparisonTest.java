package dev.recount.cli.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.local.clickhouse.ClickHouseProcess;
import dev.recount.local.install.Installation;
import dev.recount.local.install.InstallationListener;
import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import dev.recount.sinks.clickhouse.schema.Migrations;
import dev.recount.sinks.clickhouse.schema.SchemaOptions;
import dev.recount.web.query.Comparison;
import dev.recount.web.query.Parameters;
import dev.recount.web.query.Timeline;
import dev.recount.web.query.TraceCounts;
import dev.recount.web.statistics.Interval;
import dev.recount.web.statistics.Share;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same 1,000 traces as three versions have them: {@code plain} without sampling, {@code all}
 * with the rows of those that were not kept, {@code sample} without. Of each 50 failed, which are
 * all kept, and of the others 100 stand for 9.5 each.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
class WeightedComparisonTest {
  private static final int TOOLS = 45;

  private ClickHouseProcess process;
  private ClickHouseTables tables;

  @BeforeAll
  void fill(@TempDir Path folder) {
    process =
        ClickHouseProcess.start(
            Installation.ofThisUser(InstallationListener.SILENT), folder.resolve("data"), 0);
    ClickHouseTarget target =
        ClickHouseTarget.plain(process.url()).withDatabase(ClickHouseTarget.DEFAULT_DATABASE);
    try (ClickHouseConnection connection =
        ClickHouseConnection.open(target, Duration.ofSeconds(30))) {
      Migrations.apply(connection, SchemaOptions.of(ClickHouseTarget.DEFAULT_DATABASE));
      for (String version : List.of("plain", "all", "sample")) {
        connection.execute(traces(version));
        connection.execute(decisions(version));
      }
      connection.execute(
          "INSERT INTO recount.traces (trace_id, agent_version, started_at, tools, retained,"
              + " sample_weight, phase, revision, key_time)"
              + " SELECT leftPad(toString(number), 32, 'f'), 'handy', "
              + time("number")
              + ", arrayMap(n -> concat('tool ', toString(n)), range(1 + number)), true, 1,"
              + " 'settled', 1, "
              + time("number")
              + " FROM numbers("
              + TOOLS
              + ")");
      connection.execute(
          "INSERT INTO recount.decisions (trace_id, decision_id, kind, started_at, tool_name,"
              + " status, retained, sample_weight, phase, revision, key_time)"
              + " SELECT leftPad(toString(intDiv(number, 5)), 32, 'f'), toString(number),"
              + " 'TOOL_CALL', "
              + time("number")
              + " AS started, 'tool 0', if(intDiv(number, 5) % 4 = 0, 'error', 'ok'), true, 1,"
              + " 'settled', 1, started FROM numbers("
              + 5 * TOOLS
              + ")");
      connection.execute(
          "INSERT INTO recount.traces (trace_id, agent_version, started_at, flags, retained,"
              + " sample_weight, phase, revision, key_time)"
              + " SELECT leftPad(toString(number), 32, 'c'), 'clocks',"
              + " if(number = 3, toDateTime64('2262-01-01 00:00:00', 6, 'UTC'), "
              + time("number")
              + "), if(number = 3, ['implausible_time'], []), true, 1, 'settled', 1, "
              + time("number")
              + " FROM numbers(10)");
    }
    tables = new ClickHouseTables(ClickHouse.connect(target));
  }

  @AfterAll
  void stop() {
    if (tables != null) {
      tables.close();
    }
    if (process != null) {
      process.close();
    }
  }

  private static String traces(String version) {
    return "INSERT INTO recount.traces (trace_id, agent_version, started_at, ended_at, tools,"
        + " status, error_count, evaluation_names, evaluation_scores, evaluation_labels,"
        + " evaluation_passed, total_tokens, retained, sample_weight, phase,"
        + " revision, key_time) SELECT "
        + id(version)
        + ", '"
        + version
        + "', "
        + time("number")
        + " AS started, started + INTERVAL if(failed, 8, 2) SECOND, if(failed, ['pay', 'search'],"
        + " ['search']), if(failed, 'error', 'ok'), toUInt64(failed), ['tone'],"
        + " [if(failed, 0.2, 0.8)], [''], [NOT failed], if(failed, 500, 100),"
        + " kept, weight, 'settled', 1, started FROM "
        + rows(version);
  }

  private static String decisions(String version) {
    return "INSERT INTO recount.decisions (trace_id, decision_id, kind, started_at, tool_name,"
        + " confidence, status, retained, sample_weight, phase, revision, key_time) SELECT "
        + id(version)
        + ", 'd', 'TOOL_CALL', "
        + time("number")
        + " AS started, 'search', if(failed, 0.3, 0.95), if(failed, 'error', 'ok'), kept, weight,"
        + " 'settled', 1, started FROM "
        + rows(version);
  }

  private static String rows(String version) {
    String weight =
        version.equals("plain") ? "1." : "multiIf(failed, 1., number % 10 = 1, 9.5, 0.)";
    return "(SELECT number, number % 20 = 0 AS failed, "
        + weight
        + " AS weight, weight > 0 AS kept FROM numbers(1000))"
        + (version.equals("sample") ? " WHERE kept" : "");
  }

  private static String id(String version) {
    return "lower(hex(MD5(concat('" + version + "', toString(number)))))";
  }

  private static String time(String number) {
    return "toDateTime64('2026-11-20 00:00:00', 3, 'UTC') + INTERVAL " + number + " MINUTE";
  }

  @Test
  void aSampleTellsTheSameAsAllRowsWithLessCertainty() {
    JsonNode compared = compare("all", "sample");
    assertThat(compared.path("a").path("traces").asLong()).isEqualTo(1_000);
    assertThat(compared.path("a").has("stand_for")).isFalse();
    assertThat(compared.path("b").path("traces").asLong()).isEqualTo(150);
    assertThat(compared.path("b").path("stand_for").asDouble()).isCloseTo(1_000, within(1e-6));

    JsonNode failed = measure(compared, "failed");
    assertSame(failed, 0.05);
    assertThat(failed.path("a").path("of").asLong()).isEqualTo(1_000);
    assertThat(failed.path("b").path("of").asLong()).isEqualTo(150);
    assertThat(failed.path("b").path("count").asLong()).isEqualTo(50);
    assertSame(measure(compared, "total_tokens"), 0.05 * 500 + 0.95 * 100);
    assertSame(measure(compared, "duration"), 0.05 * 8_000 + 0.95 * 2_000);
    assertSame(measure(compared, "evaluation_min_score"), Double.NaN);
    JsonNode tone = compared.path("evaluators").get(0);
    assertSame(tone.path("failed"), 0.05);
    assertSame(tone.path("score"), 0.05 * 0.2 + 0.95 * 0.8);
    for (JsonNode tool : compared.path("tools")) {
      assertSame(tool.path("used"), tool.path("name").asText().equals("pay") ? 0.05 : 1);
    }
    assertSame(compared.path("tools").get(0).path("failed"), 0.05);
    JsonNode calibration = compared.path("calibration");
    for (String side : List.of("a", "b")) {
      JsonNode error = calibration.path(side).path("expected_calibration_error");
      assertThat(error.path("value").asDouble()).isCloseTo(0.05 * 0.3 + 0.95 * 0.05, within(1e-9));
      assertThat(width(error)).isPositive();
    }
    assertThat(calibration.path("difference").path("clear").asBoolean()).isFalse();
    assertThat(calibration.path("b").path("decisions").asLong()).isEqualTo(150);
    JsonNode half = compared.path("duration_quantiles").get(0);
    for (String side : List.of("a", "b")) {
      assertThat(half.path(side).path("value").asDouble()).isCloseTo(2_000, within(1.0));
      assertThat(half.path(side).path("high").asDouble()).isCloseTo(2_000, within(1.0));
    }
    assertThat(half.path("difference").path("clear").asBoolean()).isFalse();
  }

  /** Both sides have the value, and the second is less sure of it. */
  private static void assertSame(JsonNode sided, double value) {
    if (Double.isNaN(value)) {
      assertThat(sided.has("a") || sided.has("b")).isFalse();
      return;
    }
    JsonNode a = sided.path("a");
    JsonNode b = sided.path("b");
    assertThat(a.path("value").asDouble()).isCloseTo(value, within(1e-9));
    assertThat(b.path("value").asDouble()).isCloseTo(value, within(1e-9));
    assertThat(width(b)).isGreaterThan(1.5 * width(a));
    assertThat(sided.path("difference").path("clear").asBoolean()).isFalse();
  }

  private static double width(JsonNode interval) {
    return interval.path("high").asDouble() - interval.path("low").asDouble();
  }

  @Test
  void whereAllRowsAreThereWeightsChangeNothing() {
    JsonNode compared = compare("all", "plain");
    assertThat(compared.path("measures"))
        .allSatisfy(
            measure -> {
              assertThat(measure.path("a")).isEqualTo(measure.path("b"));
              assertThat(measure.path("a").isObject()).isEqualTo(measure.has("difference"));
            });
    assertThat(compared.path("tools").get(0).path("calls_a").asLong()).isEqualTo(1_000);
    JsonNode a = compared.path("calibration").path("a");
    JsonNode b = compared.path("calibration").path("b");
    assertThat(a.path("decisions")).isEqualTo(b.path("decisions"));
    assertThat(a.path("bins")).hasSize(2).hasSameSizeAs(b.path("bins"));
    for (int i = 0; i < 2; i++) {
      for (String name : List.of("value", "low", "high", "stated", "decisions")) {
        assertThat(a.path("bins").get(i).path(name).asDouble())
            .isCloseTo(b.path("bins").get(i).path(name).asDouble(), within(1e-9));
      }
    }
    JsonNode errorOfA = a.path("expected_calibration_error");
    JsonNode errorOfB = b.path("expected_calibration_error");
    assertThat(errorOfA.path("value").asDouble())
        .isCloseTo(errorOfB.path("value").asDouble(), within(1e-9));
    // Other traces are left out in turn, as they have other IDs.
    assertThat(width(errorOfA)).isCloseTo(width(errorOfB), withinPercentage(25));
  }

  @Test
  void everyNumberFindsTheTracesThatItCounts() {
    JsonNode compared = compare("all", "sample");
    for (String side : List.of("a", "b")) {
      String version = side.equals("a") ? "all" : "sample";
      assertThat(found(version, compared.path(side).path("filter").asText()))
          .isEqualTo(compared.path(side).path("traces").asLong());
      for (JsonNode measure : compared.path("measures")) {
        JsonNode told = measure.path(side);
        if (told.isMissingNode()) {
          continue;
        }
        assertThat(found(version, told.path("filter").asText()))
            .as(measure.path("name").asText())
            .isEqualTo(told.path(told.has("count") ? "count" : "of").asLong());
      }
    }
  }

  @Test
  void overTimeASampleIsWeighedToo() {
    for (JsonNode version : new Timeline(tables).versions(parameters(Map.of())).path("versions")) {
      if (List.of("handy", "clocks").contains(version.path("version").asText())) {
        continue;
      }
      assertThat(version.path("value").asDouble()).isCloseTo(0.05, within(1e-9));
      assertThat(version.has("stand_for"))
          .isEqualTo(version.path("version").asText().equals("sample"));
    }
  }

  @Test
  void toolsThatAreNotToldAreCounted() {
    JsonNode compared = compare("handy", "plain");
    assertThat(compared.path("tools")).hasSize(40);
    // pay and search are among those that most traces use.
    assertThat(compared.path("tools_left_out").asLong()).isEqualTo(TOOLS + 2 - 40);
    assertThat(compared.path("tools").get(0).path("name").asText()).isEqualTo("search");
    assertThat(compared.path("evaluators_left_out").asLong()).isZero();
  }

  /** Of 45 traces with five calls each all calls fail in 12, and none in the others. */
  @Test
  void callsThatFailTogetherTellAsMuchAsTheirTraces() {
    JsonNode failed = null;
    for (JsonNode tool : compare("handy", "plain").path("tools")) {
      failed = tool.path("name").asText().equals("tool 0") ? tool.path("failed").path("a") : failed;
    }
    assertThat(failed).isNotNull();
    assertThat(failed.path("of").asLong()).isEqualTo(5 * TOOLS);
    assertThat(failed.path("count").asLong()).isEqualTo(5 * 12);
    Interval ofTraces = Share.of(TOOLS, 12).interval();
    assertThat(failed.path("value").asDouble()).isCloseTo(ofTraces.value(), within(1e-9));
    assertThat(failed.path("low").asDouble()).isCloseTo(ofTraces.low(), within(0.005));
    assertThat(failed.path("high").asDouble()).isCloseTo(ofTraces.high(), within(0.005));
  }

  /** Of ten traces one begins in 2262. */
  @Test
  void aClockThatCannotBeRightSqueezesNoOtherTraceIntoOneColumn() {
    Map<String, String> clocks = Map.of("agent_version", "clocks");
    JsonNode histogram = new TraceCounts(tables).histogram(parameters(clocks));
    assertThat(histogram.path("total").asLong()).isEqualTo(10);
    assertThat(histogram.path("outside").asLong()).isEqualTo(1);
    assertThat(histogram.path("columns").size()).isGreaterThan(1);
    Map<String, String> versions = new HashMap<>(clocks);
    versions.put("dimension", "agent_version");
    JsonNode version = new Timeline(tables).versions(parameters(versions)).path("versions").path(0);
    assertThat(version.path("traces").asLong()).isEqualTo(10);
    assertThat(version.path("stretches").size()).isGreaterThan(1);
  }

  private JsonNode compare(String a, String b) {
    return new Comparison(tables).compare(parameters(Map.of("a", a, "b", b)));
  }

  private long found(String version, String filter) {
    Map<String, String> values = new HashMap<>(Map.of("agent_version", version));
    for (String pair : filter.isEmpty() ? new String[0] : filter.split("&")) {
      String[] parts = pair.split("=", 2);
      values.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return new TraceCounts(tables).histogram(parameters(values)).path("total").asLong();
  }

  private static Parameters parameters(Map<String, String> values) {
    Map<String, List<String>> lists = new HashMap<>();
    values.forEach((name, value) -> lists.put(name, List.of(value)));
    return new Parameters(lists);
  }

  private static JsonNode measure(JsonNode compared, String name) {
    for (JsonNode measure : compared.path("measures")) {
      if (measure.path("name").asText().equals(name)) {
        return measure;
      }
    }
    throw new AssertionError("No measure " + name);
  }
}

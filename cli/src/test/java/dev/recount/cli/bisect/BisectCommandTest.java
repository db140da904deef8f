package dev.recount.cli.bisect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.recount.cli.ExitCodes;
import dev.recount.cli.Main;
import dev.recount.cli.bisect.statistics.Dimension;
import dev.recount.cli.bisect.statistics.Rollouts;
import dev.recount.cli.bisect.statistics.Rollouts.Trace;
import dev.recount.cli.output.Terminal;
import dev.recount.local.clickhouse.ClickHouseProcess;
import dev.recount.local.install.Installation;
import dev.recount.local.install.InstallationListener;
import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import dev.recount.sinks.clickhouse.schema.Migrations;
import dev.recount.sinks.clickhouse.schema.SchemaOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The command on real tables: two weeks of sampled traces, of which fewer go well since a new model
 * is in use, while a new tool schema makes them slower, and a new prompt dearer.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
class BisectCommandTest {
  private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
  private static final Instant CHANGE = Instant.parse("2026-11-08T00:00:00Z");
  private static final Duration WEEK = Duration.ofDays(7);
  private static final int TRACES = 10_000;
  private static final int ROWS_OF_AN_INSERT = 500;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private ClickHouseProcess clickHouse;

  @BeforeAll
  void fill(@TempDir Path folder) {
    clickHouse =
        ClickHouseProcess.start(
            Installation.ofThisUser(InstallationListener.SILENT), folder.resolve("data"), 0);
    List<Trace> traces =
        new Rollouts(11)
            .harm((renewed, agent, after) -> renewed.contains(Dimension.MODEL) ? 0.15 : 0)
            .keepingOfGood(0.5)
            .traces(TRACES);
    try (ClickHouseConnection connection =
        ClickHouseConnection.open(
            ClickHouseTarget.plain(clickHouse.url())
                .withDatabase(ClickHouseTarget.DEFAULT_DATABASE),
            Duration.ofSeconds(30))) {
      Migrations.apply(connection, SchemaOptions.of(ClickHouseTarget.DEFAULT_DATABASE));
      List<String> superseded = new ArrayList<>();
      List<String> latest = new ArrayList<>();
      List<String> scores = new ArrayList<>();
      for (int i = 0; i < traces.size(); i++) {
        Trace trace = traces.get(i);
        superseded.add(row(i, trace, !trace.good(), 1, "settled"));
        latest.add(row(i, trace, trace.good(), 2, "amended"));
        scores.add(score(i, trace));
      }
      // Not settled yet, and so not looked at: they would turn everything round.
      for (int i = 0; i < TRACES; i++) {
        latest.add(row(TRACES + i, traces.get(0), i % 2 == 0, 1, "provisional"));
      }
      insert(connection, "traces", TRACE_COLUMNS, superseded);
      insert(connection, "traces", TRACE_COLUMNS, latest);
      insert(connection, "evaluations", SCORE_COLUMNS, scores);
    }
  }

  @AfterAll
  void stop() {
    if (clickHouse != null) {
      clickHouse.close();
    }
  }

  private static final String TRACE_COLUMNS =
      "trace_id, environment, agent_name, agent_version, model, prompt_name, prompt_version,"
          + " tool_schema_version, memory_index_version, framework, framework_version, started_at,"
          + " ended_at, status, feedback_kinds, feedback_scores, feedback_occurred_at,"
          + " cost_nano_usd, sample_weight, phase, revision, key_time";

  private static final String SCORE_COLUMNS =
      "evaluation_id, trace_id, name, score, evaluated_at, revision, key_time";

  private static String row(int i, Trace trace, boolean good, int revision, String phase) {
    Instant start = start(i, trace);
    // Some are three times as slow and dear as others, whatever the version.
    double luck = 0.5 + i % 10 / 10.0;
    long millis = Math.round(2000 * luck * (renewed(trace, Dimension.TOOL_SCHEMA) ? 1.5 : 1));
    long cost = Math.round(10_000_000 * luck * (renewed(trace, Dimension.PROMPT) ? 1.3 : 1));
    String rating = good ? "0" : "1";
    return Stream.of(
            text(traceId(i)),
            text("production"),
            versions(trace),
            text(time(start)),
            text(time(start.plusMillis(millis))),
            text(good ? "ok" : "error"),
            "['OUTCOME', 'RATING', 'OUTCOME']",
            // The later outcome counts, wherever it stands.
            "[" + (good ? "1" : "0") + ", " + rating + ", " + rating + "]",
            "['%2$s', '%1$s', '%1$s']".formatted(time(start), time(start.plusSeconds(60))),
            Long.toString(cost),
            Double.toString(trace.weight()),
            text(phase),
            Integer.toString(revision),
            text(time(start)))
        .collect(Collectors.joining(", ", "(", ")"));
  }

  private static String versions(Trace trace) {
    return trace.versions().stream()
        .flatMap(
            version ->
                version.dimension().nameColumn().isEmpty()
                    ? Stream.of(version.version())
                    : Stream.of(version.name(), version.version()))
        .map(BisectCommandTest::text)
        .collect(Collectors.joining(", "));
  }

  private static String score(int i, Trace trace) {
    String time = text(time(start(i, trace)));
    return Stream.of(
            text("evaluation-" + i),
            text(traceId(i)),
            text(i % 2 == 0 ? "groundedness" : "tone"),
            i % 2 == 0 ? (trace.good() ? "0.9" : "0.4") : "0.5",
            time,
            "1",
            time)
        .collect(Collectors.joining(", ", "(", ")"));
  }

  private static Instant start(int i, Trace trace) {
    // Steps of the golden ratio spread evenly over the week.
    long offset = Math.round(WEEK.toMillis() * (i * 0.618_033_988_749_894_9 % 1));
    return (trace.after() ? CHANGE : START).plusMillis(offset);
  }

  private static boolean renewed(Trace trace, Dimension dimension) {
    return trace.renewed().contains(dimension);
  }

  private static String traceId(int i) {
    return String.format(Locale.ROOT, "%032x", i);
  }

  private static String time(Instant time) {
    return time.toString().replace('T', ' ').replace("Z", "");
  }

  private static String text(String value) {
    return "'" + value + "'";
  }

  private static void insert(
      ClickHouseConnection connection, String table, String columns, List<String> rows) {
    for (int from = 0; from < rows.size(); from += ROWS_OF_AN_INSERT) {
      connection.execute(
          "INSERT INTO recount."
              + table
              + " ("
              + columns
              + ") VALUES "
              + String.join(
                  ", ", rows.subList(from, Math.min(rows.size(), from + ROWS_OF_AN_INSERT))));
    }
  }

  @Test
  void theModelIsNamedSinceWhenItIsInUseAndByTracesThatFailedWithIt() {
    JsonNode found = json();
    JsonNode first = found.path("findings").path(0);
    assertThat(versions(first.path("versions"))).containsExactly("model  new");
    assertThat(versions(first.path("replaced"))).containsExactly("model  old");
    assertThat(first.path("effect").path("size").asDouble()).isCloseTo(-0.15, within(0.05));
    assertThat(first.path("only_by_time").asBoolean()).isFalse();
    assertThat(found.path("window").path("change_was").asText()).isEqualTo("found");
    Instant change = Instant.parse(found.path("window").path("change").asText());
    assertThat(Duration.between(CHANGE, change).abs()).isLessThan(Duration.ofDays(1));
    List<String> examples = texts(first.path("example_trace_ids"));
    assertThat(examples).hasSize(3).doesNotHaveDuplicates();
    assertThat(
            run(
                "sql",
                "--clickhouse-url",
                clickHouse.url(),
                "SELECT count() AS n, groupUniqArray((model, status)) AS kinds FROM traces_latest"
                    + " WHERE trace_id IN ('"
                    + String.join("', '", examples)
                    + "')"))
        .isEqualTo(ExitCodes.DONE);
    assertThat(out.toString()).contains("3").contains("[[new, error]]");
  }

  @Test
  void tracesWeighWhatTheyStandFor() {
    JsonNode found = json("--change", "2026-11-08");
    double all = found.path("before").path("weight").asDouble();
    assertThat(all).isCloseTo(TRACES / 2.0, within(300.0));
    assertThat(found.path("before").path("traces").asLong()).isLessThan(TRACES / 3);
    // Half order agents at 85 %, half support agents at 75 %; of the sample itself 67 % went well.
    assertThat(found.path("before").path("mean").asDouble()).isCloseTo(0.79, within(0.03));
  }

  @Test
  void everyMeasureHasACulpritOfItsOwn() {
    assertThat(culprit("--measure", "error")).isEqualTo("model  new");
    assertThat(culprit("--measure", "score", "--evaluator", "groundedness"))
        .isEqualTo("model  new");
    assertThat(culprit("--measure", "latency")).isEqualTo("tool_schema  new");
    JsonNode cost = json("--measure", "cost");
    assertThat(versions(cost.path("findings").path(0).path("versions")).get(0))
        .startsWith("prompt ");
    assertThat(cost.path("findings").path(0).path("effect").path("factor").asDouble())
        .isCloseTo(1.3, within(0.1));
  }

  @Test
  void whereNothingGotWorseNothingIsNamed() {
    JsonNode found = json("--measure", "score", "--evaluator", "tone");
    assertThat(found.path("findings")).isEmpty();
    assertThat(found.path("window").path("change_was").asText()).isEqualTo("halved");
    assertThat(json("--to", "2026-11-08").path("findings")).isEmpty();
  }

  @Test
  void peopleGetATableAndCharts() {
    assertThat(run(bisect())).as(err.toString()).isZero();
    System.out.println(out);
    assertThat(out.toString())
        .contains("model old → new explains -")
        .contains("points")
        .contains("all traces")
        .contains("share with it")
        .containsPattern("[▁▂▃▄▅▆▇█]{10,}│[▁▂▃▄▅▆▇█]{10,}")
        .containsPattern("for instance 0{20}[0-9a-f]{12}");
  }

  @Test
  void whatIsNotThereIsSaidSo() {
    assertThat(run(bisect("--agent", "nobody"))).isEqualTo(ExitCodes.FAILED);
    assertThat(err.toString()).contains("feedback of kind OUTCOME").contains("--measure");
    assertThat(run(bisect("--change", "2026-11-14T23:59:59.999"))).isEqualTo(ExitCodes.FAILED);
    assertThat(err.toString()).contains("nothing to compare").contains("--change");
  }

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine line = Main.commandLine(Terminal.none());
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    return line.execute(arguments);
  }

  private String[] bisect(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("bisect", "--clickhouse-url", clickHouse.url()));
    if (!List.of(more).contains("--from")) {
      arguments.addAll(List.of("--from", "2026-11-01"));
    }
    if (!List.of(more).contains("--to")) {
      arguments.addAll(List.of("--to", "2026-11-15"));
    }
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  private JsonNode json(String... more) {
    String[] arguments = bisect(more);
    List<String> withFormat = new ArrayList<>(List.of(arguments));
    withFormat.addAll(List.of("--format", "json"));
    assertThat(run(withFormat.toArray(String[]::new))).as(err.toString()).isZero();
    try {
      return JSON.readTree(out.toString());
    } catch (JsonProcessingException malformed) {
      throw new AssertionError(out.toString(), malformed);
    }
  }

  private String culprit(String... more) {
    return versions(json(more).path("findings").path(0).path("versions")).get(0);
  }

  private static List<String> versions(JsonNode versions) {
    List<String> all = new ArrayList<>();
    versions.forEach(
        version ->
            all.add(
                version.path("dimension").asText()
                    + " "
                    + version.path("name").asText()
                    + " "
                    + version.path("version").asText()));
    return all;
  }

  private static List<String> texts(JsonNode array) {
    List<String> all = new ArrayList<>();
    array.forEach(text -> all.add(text.asText()));
    return all;
  }
}

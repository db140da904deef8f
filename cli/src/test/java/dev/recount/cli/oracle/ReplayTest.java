package dev.recount.cli.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.recount.cli.Main;
import dev.recount.cli.output.Terminal;
import dev.recount.cli.replay.InterruptedReplay;
import dev.recount.cli.sql.ClickHouse;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** Replays on real parts: what they derive, what they report, and what they hand over. */
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
class ReplayTest {
  private static final Logger log = LoggerFactory.getLogger(ReplayTest.class);
  private static final int TRACES = Integer.getInteger("recount.replay.traces", 80);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static final List<String> TABLES =
      List.of("decisions", "traces", "spans", "context_snapshots", "feedback", "evaluations");

  /** Fresh input tokens of one model, 6.50 dollars per million dearer than they are. */
  private static final String DEARER = "models=gpt-4o,9.00,10.00,1.25,,128000";

  private static final String DEARER_CALLS =
      " FROM decisions_latest WHERE cost_nano_usd IS NOT NULL AND fresh_input_tokens > 0"
          + " AND if(response_model = '', model, response_model) IN ('gpt-4o', 'gpt-4o-2024-08-06')";

  /**
   * One stack for all of it, since its parts take longer to start than a replay takes.
   *
   * <p>Under load the replay is killed, goes on, is killed again when the live application has
   * stopped, and is finished; then nothing may be lost.
   */
  @Test
  void aReplayDerivesTheSameAndHandsOverWithoutLoss() throws IOException {
    List<Telemetry> events = TelemetryGenerator.generate(TRACES, OracleStack.SEED + 3);
    Oracle oracle = Oracle.of(events);
    try (OracleStack stack = OracleStack.start();
        ClickHouse clickHouse = stack.clickHouse();
        Load load = Load.start(stack.connection(), events);
        TopologyProcess topology = stack.topology("live")) {
      OracleStack.await("half of the load", () -> stack.logged() > events.size() / 2);
      String before = stack.application();
      assertThat(ReplayProcess.start(stack, "derived").awaitEnd()).isEqualTo(137);
      assertThat(ReplayProcess.start(stack, "drained").awaitEnd()).isEqualTo(137);
      assertThat(stack.application()).isEqualTo(before);
      replay(stack, "--all");
      assertThat(stack.application()).isNotEqualTo(before);
      load.finish();
      stack.awaitDrained();
      topology.requireAlive();
      requirePerfect(clickHouse, oracle);

      anotherSettingChangesExactlyItsRows(stack, clickHouse);
      interruptedAtEveryStepTheTablesAreWhole(stack, clickHouse);
      topology.requireAlive();

      JsonNode back = JSON.readTree(replay(stack, "--back", "--format=json"));
      log.info("Back: {}", back);
      stack.awaitDrained();
      requirePerfect(clickHouse, oracle);
      assertThat(differences(replay(stack, "--all", "--dry-run", "--format=json"))).isZero();
      assertThat(databases(clickHouse)).containsExactly("recount");
    }
  }

  private static void requirePerfect(ClickHouse clickHouse, Oracle oracle) {
    Comparison comparison = Comparison.of(clickHouse, oracle);
    log.info("{}", comparison.report());
    assertThat(comparison.isPerfect()).as(comparison.report()).isTrue();
  }

  private static void anotherSettingChangesExactlyItsRows(OracleStack stack, ClickHouse clickHouse)
      throws IOException {
    long calls = number(clickHouse, "SELECT count() AS n" + DEARER_CALLS);
    long traces = number(clickHouse, "SELECT uniqExact(trace_id) AS n" + DEARER_CALLS);
    assertThat(calls).isPositive();
    JsonNode report =
        JSON.readTree(replay(stack, "--all", "--dry-run", "--format=json", "--set", DEARER));
    for (JsonNode table : report.path("tables")) {
      long expected =
          switch (table.path("table").asText()) {
            case "decisions" -> calls;
            case "traces" -> traces;
            default -> 0;
          };
      String said = table.toPrettyString();
      assertThat(table.path("differing").asLong()).as(said).isEqualTo(expected);
      assertThat(table.path("only_live").asLong()).as(said).isZero();
      assertThat(table.path("only_rebuilt").asLong()).as(said).isZero();
      table
          .path("columns")
          .fieldNames()
          .forEachRemaining(column -> assertThat(column).isEqualTo("cost_nano_usd"));
    }
  }

  private static void interruptedAtEveryStepTheTablesAreWhole(
      OracleStack stack, ClickHouse clickHouse) {
    Map<String, String> old = checksums(clickHouse, "recount");
    long dearer =
        number(clickHouse, "SELECT sum(fresh_input_tokens * 6500) AS n" + DEARER_CALLS);
    long cost = number(clickHouse, "SELECT sum(cost_nano_usd) AS n FROM decisions_latest");
    List<Map<String, String>> seen = new ArrayList<>();
    for (String step : InterruptedReplay.STEPS) {
      InterruptedReplay.until(
          step,
          stack.connection(),
          stack.target(),
          stack.folder("replay"),
          Map.of("models", DEARER.substring("models=".length())),
          true);
      seen.add(checksums(clickHouse, "recount"));
    }
    Map<String, String> rebuilt = checksums(clickHouse, "recount");
    for (Map<String, String> each : seen) {
      each.forEach(
          (table, checksum) ->
              assertThat(checksum).as(table).isIn(old.get(table), rebuilt.get(table)));
    }
    assertThat(number(clickHouse, "SELECT sum(cost_nano_usd) AS n FROM decisions_latest"))
        .isEqualTo(cost + dearer);
    Set<String> changed = new TreeSet<>();
    old.forEach(
        (table, checksum) -> {
          if (!checksum.equals(rebuilt.get(table))) {
            changed.add(table);
          }
        });
    assertThat(changed).containsExactly("decisions", "traces");
    String kept = databases(clickHouse).stream().filter(n -> !n.equals("recount")).findFirst().get();
    assertThat(checksums(clickHouse, kept)).isEqualTo(old);
  }

  private static Map<String, String> checksums(ClickHouse clickHouse, String database) {
    Map<String, String> checksums = new TreeMap<>();
    for (String table : TABLES) {
      for (JsonNode row :
          clickHouse.rows(
              "SELECT count() AS rows, toString(sum(cityHash64(toString(tuple(*))))) AS sum FROM "
                  + database
                  + "."
                  + table
                  + " FINAL",
              Map.of())) {
        checksums.put(table, row.path("rows").asText() + " " + row.path("sum").asText());
      }
    }
    return checksums;
  }

  private static long number(ClickHouse clickHouse, String sql) {
    return clickHouse.rows(sql, Map.of()).get(0).path("n").asLong();
  }

  private static long differences(String report) throws IOException {
    JsonNode read = JSON.readTree(report);
    assertThat(read.path("tables")).as(report).hasSize(TABLES.size());
    return read.path("differences").asLong();
  }

  /** Runs the command and returns what it says on standard output. */
  private static String replay(OracleStack stack, String... options) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine(Terminal.none());
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    List<String> arguments = new ArrayList<>(List.of("replay"));
    arguments.addAll(List.of(options));
    arguments.addAll(
        List.of(
            "--bootstrap-servers=" + stack.connection().bootstrapServers(),
            "--schema-registry-url=" + stack.connection().schemaRegistryUrl(),
            "--clickhouse-url=" + stack.target().url(),
            "--state-dir=" + stack.folder("replay")));
    int exit = line.execute(arguments.toArray(String[]::new));
    log.warn("TEMP {}\n{}", err, out);
    assertThat(exit).as(err.toString()).isZero();
    return out.toString();
  }

  private static Set<String> databases(ClickHouse clickHouse) {
    Set<String> names = new TreeSet<>();
    clickHouse
        .rows("SELECT name FROM system.databases WHERE name LIKE 'recount%'", Map.of())
        .forEach(row -> names.add(row.path("name").asText()));
    return names;
  }
}

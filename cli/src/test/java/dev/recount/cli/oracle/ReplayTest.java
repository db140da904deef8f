package dev.recount.cli.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.recount.cli.Main;
import dev.recount.cli.output.Terminal;
import dev.recount.cli.sql.ClickHouse;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  @Test
  void nothingIsLostOrChangedByAHandOverUnderLoad() throws IOException {
    List<Telemetry> events = TelemetryGenerator.generate(TRACES, OracleStack.SEED + 3);
    Oracle oracle = Oracle.of(events);
    try (OracleStack stack = OracleStack.start();
        Load load = Load.start(stack.connection(), events);
        TopologyProcess topology = stack.topology("live")) {
      OracleStack.await("half of the load", () -> stack.logged() > events.size() / 2);
      String before = stack.application();
      JsonNode report = replay(stack, "--all", "--format=json");
      assertThat(stack.application()).isNotEqualTo(before);
      load.finish();
      stack.awaitDrained();
      topology.requireAlive();
      log.info("Handed over under load: {}", report);
      assertThat(report.path("differences").asLong()).as(report.toPrettyString()).isZero();
      try (ClickHouse clickHouse = stack.clickHouse()) {
        Comparison comparison = Comparison.of(clickHouse, oracle);
        log.info("{}", comparison.report());
        assertThat(comparison.isPerfect()).as(comparison.report()).isTrue();
        JsonNode again = replay(stack, "--all", "--dry-run", "--format=json");
        assertThat(again.path("differences").asLong()).as(again.toPrettyString()).isZero();
        assertThat(databases(clickHouse)).containsExactly("recount");
      }
    }
  }

  /** Runs the command and returns its report. */
  static JsonNode replay(OracleStack stack, String... options) throws IOException {
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
    log.info("{}\n{}", err, out);
    assertThat(exit).as(err.toString()).isZero();
    return JSON.readTree(out.toString());
  }

  static Set<String> databases(ClickHouse clickHouse) {
    Set<String> names = new TreeSet<>();
    clickHouse
        .rows("SELECT name FROM system.databases WHERE name LIKE 'recount%'", Map.of())
        .forEach(row -> names.add(row.path("name").asText()));
    return names;
  }
}

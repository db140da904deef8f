package dev.recount.cli.context;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.recount.cli.ExitCodes;
import dev.recount.cli.Main;
import dev.recount.cli.output.Terminal;
import dev.recount.cli.recorded.RecordedRuns;
import dev.recount.cli.roles.EmbeddedOptions;
import dev.recount.cli.roles.EmbeddedPipeline;
import dev.recount.cli.sql.ClickHouse;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import picocli.CommandLine;

/**
 * The recorded runs through the whole pipeline into its archive: {@code recount context} gives back
 * what the model saw before each of its tool calls.
 */
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RecordedContextTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TOOL_CALLS = 572;

  @SuppressWarnings("NullAway.Init")
  private EmbeddedPipeline pipeline;

  @SuppressWarnings("NullAway.Init")
  private ClickHouse clickHouse;

  @BeforeAll
  void start() {
    pipeline =
        EmbeddedPipeline.start(
            EmbeddedOptions.ephemeral(
                Map.of("settle.quiet.ms", "1000", "tick.interval.ms", "200"), line -> {}));
    clickHouse = pipeline.connectToClickHouse();
  }

  @AfterAll
  void stop() {
    if (pipeline != null) {
      clickHouse.close();
      pipeline.close();
    }
  }

  @Test
  void theMessagesBeforeEveryToolCallAreThoseOfTheRecording() throws IOException {
    Path file = RecordedRuns.file();
    JsonNode runs = JSON.readTree(file.toFile());
    List<String> traceIds = RecordedRuns.traceIds();
    int compared = 0;
    run(
        "import",
        file.toString(),
        "--format=tau-bench",
        "--bootstrap-servers=" + pipeline.connection().bootstrapServers(),
        "--schema-registry-url=" + pipeline.connection().schemaRegistryUrl(),
        "--otlp-endpoint=" + pipeline.otlpGrpcUrl(),
        "--timeout=180");
    for (int run = 0; run < runs.size(); run++) {
      String traceId = traceIds.get(run);
      List<JsonNode> expected = windowsBeforeCalls(runs.get(run).path("traj"));
      List<String> decisions = toolCalls(clickHouse, traceId);
      assertThat(decisions).as(traceId).hasSize(expected.size());
      for (int call = 0; call < expected.size(); call++) {
        JsonNode chat =
            JSON.readTree(
                run("context", traceId, "--decision=" + decisions.get(call), "--format=json"));
        assertThat(chat.path("messages"))
            .as("call %d of trace %s", call, traceId)
            .isEqualTo(expected.get(call));
        assertThat(chat.path("model").asText()).isEqualTo("gpt-4o");
        compared++;
      }
    }
    assertThat(compared).isEqualTo(TOOL_CALLS);
    assertFewObjects(runs.size());
    assertAReplayDerivesTheSame(runs.size());
  }

  /** From the log to tables beside the live ones, with evaluators and all. */
  private void assertAReplayDerivesTheSame(int traces) throws IOException {
    JsonNode report =
        JSON.readTree(
            run(
                "replay",
                "--all",
                "--dry-run",
                "--format=json",
                "--bootstrap-servers=" + pipeline.connection().bootstrapServers(),
                "--schema-registry-url=" + pipeline.connection().schemaRegistryUrl(),
                "--state-dir=" + Path.of(pipeline.dataFolder(), "replay")));
    assertThat(report.path("differences").asLong()).as(report.toPrettyString()).isZero();
    for (JsonNode table : report.path("tables")) {
      if (table.path("table").asText().equals("traces")) {
        assertThat(table.path("rebuilt").asLong()).isEqualTo(traces);
      }
    }
    System.out.println("a replay of the recorded runs: " + report);
  }

  /** Stores charge by request: what belongs together is together. */
  private void assertFewObjects(int traces) throws IOException {
    long objects = 0;
    long bytes = 0;
    try (Stream<Path> files = Files.walk(Path.of(pipeline.dataFolder(), "archive"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        objects++;
        bytes += Files.size(file);
      }
    }
    System.out.println("objects in the archive: " + objects + ", bytes: " + bytes);
    assertThat(objects).isBetween(2L * traces, 4L * traces);
  }

  /** What stands before each tool call of a run, in their order. */
  private static List<JsonNode> windowsBeforeCalls(JsonNode messages) {
    List<JsonNode> windows = new ArrayList<>();
    ArrayNode before = JSON.createArrayNode();
    for (JsonNode message : messages) {
      for (int call = 0; call < message.path("tool_calls").size(); call++) {
        windows.add(before.deepCopy());
      }
      before.add(message);
    }
    return windows;
  }

  private static List<String> toolCalls(ClickHouse clickHouse, String traceId) {
    return clickHouse
        .rows(
            "SELECT decision_id FROM decisions_latest WHERE trace_id = {id:String}"
                + " AND kind = 'TOOL_CALL' ORDER BY step",
            Map.of("id", traceId))
        .stream()
        .map(row -> row.path("decision_id").asText())
        .toList();
  }

  @Test
  void ofATraceThatWasNotRetainedTheRuleIsNamed() {
    String traceId = "00000000000000000000000000000a11";
    run(
        "sql",
        "--write",
        "INSERT INTO traces (key_time, trace_id, retained, retained_by, snapshot_count, phase, revision)"
            + " VALUES (now64(3), '"
            + traceId
            + "', false, 'one percent', 3, 'settled', 1)");
    try {
      assertThat(failure("context", traceId))
          .contains("was not retained, by sampling rule one percent")
          .doesNotContain("\tat ");
    } finally {
      run("sql", "--write", "DELETE FROM traces WHERE trace_id = '" + traceId + "'");
    }
  }

  @Test
  void aTraceThatNobodyKnowsIsUnknown() {
    assertThat(failure("context", "00000000000000000000000000000b22"))
        .contains("There is no trace 00000000000000000000000000000b22");
  }

  private String run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    assertThat(execute(out, err, arguments)).as(err.toString()).isZero();
    return out.toString();
  }

  private String failure(String... arguments) {
    StringWriter err = new StringWriter();
    assertThat(execute(new StringWriter(), err, arguments)).isEqualTo(ExitCodes.FAILED);
    return err.toString();
  }

  private int execute(StringWriter out, StringWriter err, String... arguments) {
    CommandLine line = Main.commandLine(Terminal.none());
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--clickhouse-url=" + pipeline.clickHouseUrl());
    if (arguments[0].equals("context")) {
      all.add("--archive-url=" + Path.of(pipeline.dataFolder(), "archive"));
    }
    return line.execute(all.toArray(String[]::new));
  }
}

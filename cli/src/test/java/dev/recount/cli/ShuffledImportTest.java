package dev.recount.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.recount.cli.output.Terminal;
import dev.recount.cli.recorded.RecordedRuns;
import dev.recount.cli.roles.EmbeddedOptions;
import dev.recount.cli.roles.EmbeddedPipeline;
import dev.recount.cli.sql.ClickHouse;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Recorded runs end in the same rows, in whatever order over all of them they are sent. */
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
class ShuffledImportTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /** Longer than what is still due once a trace has settled. */
  private static final Duration QUIET = Duration.ofSeconds(3);

  /** So short that traces settle while half of their events are still to come. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "settle.quiet.ms",
          "300",
          "settle.idle.ms",
          "600",
          "amend.quiet.ms",
          "200",
          "tick.interval.ms",
          "100");

  /** What depends on the order of arrival, and nothing else. */
  private static final Map<String, String> SELECT =
      Map.of(
          "decisions_latest", "* EXCEPT (phase, revision)",
          "traces_latest", "* EXCEPT (phase, revision)",
          "context_snapshots_latest", "* EXCEPT (phase, revision)",
          "evaluations_latest", "* EXCEPT (phase, revision)",
          "feedback_latest", "* EXCEPT (revision)",
          "spans_latest", "* EXCEPT (revision)",
          "sessions_latest", "*");

  /** As many of the recorded runs as a build can afford; all 100 by hand. */
  private static final int RUNS = Integer.getInteger("recount.import.runs", 30);

  @Test
  void anySeedEndsInTheSameRows(@TempDir Path folder) throws IOException {
    Path recorded = RecordedRuns.file();
    Path file = firstRuns(recorded, folder.resolve("runs.json"));
    Map<String, List<String>> inOrder = rowsAfterImport(file, null);
    assertThat(inOrder.get("traces_latest")).hasSize(RUNS);
    assertThat(inOrder.get("decisions_latest")).hasSizeGreaterThan(10 * RUNS);
    for (long seed : new long[] {7, 20260101}) {
      Map<String, List<String>> shuffled = rowsAfterImport(file, seed);
      inOrder.forEach(
          (view, rows) ->
              assertThat(Objects.requireNonNull(shuffled.get(view)))
                  .as(view + " with seed " + seed)
                  .isEqualTo(rows));
    }
  }

  private static Path firstRuns(Path recorded, Path file) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ArrayNode some = mapper.createArrayNode();
    for (JsonNode run : mapper.readTree(recorded.toFile())) {
      if (some.size() < RUNS) {
        some.add(run);
      }
    }
    mapper.writeValue(file.toFile(), some);
    return file;
  }

  private static Map<String, List<String>> rowsAfterImport(Path file, @Nullable Long seed) {
    try (EmbeddedPipeline pipeline =
            EmbeddedPipeline.start(EmbeddedOptions.ephemeral(SETTINGS, line -> {}));
        ClickHouse clickHouse = pipeline.connectToClickHouse()) {
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "import",
                  file.toString(),
                  "--format=tau-bench",
                  "--start=2026-01-01T00:00:00Z",
                  "--bootstrap-servers=" + pipeline.connection().bootstrapServers(),
                  "--schema-registry-url=" + pipeline.connection().schemaRegistryUrl(),
                  "--clickhouse-url=" + pipeline.clickHouseUrl(),
                  "--otlp-endpoint=" + pipeline.otlpGrpcUrl()));
      if (seed != null) {
        arguments.add("--shuffle=" + seed);
      }
      StringWriter err = new StringWriter();
      int exit =
          Main.commandLine(Terminal.none())
              .setOut(new PrintWriter(new StringWriter()))
              .setErr(new PrintWriter(err))
              .execute(arguments.toArray(String[]::new));
      assertThat(exit).as(err.toString()).isZero();
      awaitQuiet(clickHouse);
      Map<String, List<String>> rows = new LinkedHashMap<>();
      SELECT.forEach(
          (view, columns) ->
              rows.put(
                  view,
                  clickHouse
                      .rows("SELECT " + columns + " FROM " + view + " ORDER BY ALL", Map.of())
                      .stream()
                      .map(JsonNode::toString)
                      .toList()));
      return rows;
    }
  }

  /** Waits until no row has come for a while: what was settled early has been amended. */
  private static void awaitQuiet(ClickHouse clickHouse) {
    List<Object> seen = new ArrayList<>(List.of(-1L, Instant.MIN));
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              long revisions = 0;
              for (String view : List.of("traces", "decisions", "feedback", "evaluations")) {
                revisions +=
                    clickHouse
                        .rows("SELECT count() + sum(revision) AS n FROM " + view, Map.of())
                        .get(0)
                        .path("n")
                        .asLong();
              }
              if (!seen.get(0).equals(revisions)) {
                seen.set(0, revisions);
                seen.set(1, Instant.now());
              }
              return Duration.between((Instant) seen.get(1), Instant.now()).compareTo(QUIET) > 0;
            });
  }
}

package dev.recount.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.cli.output.Terminal;
import dev.recount.schemas.content.ContentReference;
import dev.recount.schemas.content.FolderContentStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandLineTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine line = Main.commandLine(Terminal.none());
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    return line.execute(arguments);
  }

  static Stream<String> commands() {
    return Main.commandLine(Terminal.none()).getSubcommands().entrySet().stream()
        .filter(entry -> !entry.getValue().getCommandSpec().usageMessage().hidden())
        .map(entry -> entry.getKey());
  }

  @Test
  void theCommandsAreThoseOfTheDesign() {
    assertThat(commands())
        .containsExactlyInAnyOrder(
            "demo",
            "up",
            "import",
            "feedback",
            "sql",
            "trace",
            "sampling",
            "forget",
            "context",
            "bisect",
            "content",
            "replay",
            "status",
            "topology",
            "receiver",
            "sinks",
            "web",
            "version");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpTeachesByExample(String command) {
    assertThat(run(command, "--help")).isZero();
    if (!command.equals("version")) {
      assertThat(out.toString()).contains("Examples:").contains("recount " + command);
    }
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void noCommandIsWrongUsageAndNamesThem() {
    assertThat(run()).isEqualTo(ExitCodes.WRONG_USAGE);
    assertThat(err.toString()).contains("demo, up, import").doesNotContain("warm-up");
  }

  @Test
  void aMisspeltCommandGetsASuggestion() {
    assertThat(run("trase")).isEqualTo(ExitCodes.WRONG_USAGE);
    assertThat(err.toString()).contains("Did you mean: recount trace");
  }

  static Stream<List<String>> wrongUsages() {
    return Stream.of(
        List.of("import", "runs.json"),
        List.of("import", "runs.json", "--format", "nope"),
        List.of("feedback"),
        List.of("feedback", "--kind", "rating"),
        List.of("feedback", "--trace", "xyz", "--kind", "rating"),
        List.of("feedback", "--kind", "rating", "--trace", "0123", "--file", "x"),
        List.of("sql", "DROP TABLE traces"),
        List.of("sql", "SELECT 1", "--format", "nope"),
        List.of("trace"),
        List.of("forget"),
        List.of("forget", "--yes"),
        List.of("forget", "--trace", "4bf92f", "--user", "u-1"),
        List.of("sampling"),
        List.of("sampling", "explain"),
        List.of("sampling", "check"),
        List.of("context"),
        List.of("context", "4bf92f", "--diff", "1"),
        List.of("context", "4bf92f", "--decision", "1", "--snapshot", "1"),
        List.of("up", "--ephemeral", "--data-dir", "x"),
        List.of("up", "--kafka-port", "many"),
        List.of("bisect", "--measure", "mood"),
        List.of("bisect", "--from", "yesterday"),
        List.of("bisect", "--from", "2026-11-02", "--to", "2026-11-01"),
        List.of("bisect", "--from", "2026-11-02", "--to", "2026-11-03", "--change", "2026-11-04"),
        List.of("bisect", "--significance", "1"),
        List.of("bisect", "--evaluator", "groundedness"),
        List.of("demo", "--traces", "0"));
  }

  @ParameterizedTest
  @MethodSource("wrongUsages")
  void wrongUsageExitsWithTwoAndPointsToHelp(List<String> arguments) {
    assertThat(run(arguments.toArray(String[]::new))).isEqualTo(ExitCodes.WRONG_USAGE);
    assertThat(err.toString()).startsWith("error: ").contains("--help").doesNotContain("\tat ");
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"trace", "sql", "bisect"})
  void aServerThatIsDownIsAFailureWithARemedyAndWithoutAStackTrace(String command) {
    String argument =
        switch (command) {
          case "sql" -> "SELECT 1";
          case "bisect" -> "--measure=error";
          default -> "4bf92f3577b34da6a3ce929d0e0e4736";
        };
    // Port 9 is "discard", on which nobody listens.
    assertThat(run(command, argument, "--clickhouse-url", "http://127.0.0.1:9"))
        .isEqualTo(ExitCodes.FAILED);
    assertThat(err.toString())
        .contains("ClickHouse at http://127.0.0.1:9 does not answer")
        .contains("recount up")
        .doesNotContain("\tat ");
  }

  @Test
  void anUnknownSettingIsRefusedBeforeAnythingStarts() {
    assertThat(run("up", "--ephemeral", "--set", "settle.quite.ms=1")).isEqualTo(ExitCodes.FAILED);
    assertThat(err.toString()).contains("settle.quite.ms").contains("settle.quiet.ms");
  }

  @Test
  void anUnknownSettingOfTheSinksIsRefusedBeforeAnythingStarts() {
    assertThat(run("sinks", "--set", "batch.row=1")).isEqualTo(ExitCodes.FAILED);
    assertThat(err.toString()).contains("batch.row.").contains("batch.rows");
    assertThat(run("sinks", "--set", "batch.rows=0")).isEqualTo(ExitCodes.FAILED);
    assertThat(err.toString()).contains("Invalid value 0 for configuration batch.rows");
  }

  @Test
  void aSecretIsNotRepeatedByWhatGoesWrong(@TempDir Path folder) throws IOException {
    String secret = "planted-secret-51ab";
    Path tokens = Files.writeString(folder.resolve("tokens"), secret);
    Path key = Files.writeString(folder.resolve("key.pem"), secret);
    for (String command : List.of("up", "receiver")) {
      assertThat(
              run(
                  command,
                  "--debug",
                  "--tokens-file",
                  tokens.toString(),
                  "--tls-certificate",
                  tokens.toString(),
                  "--tls-key",
                  key.toString()))
          .isEqualTo(ExitCodes.FAILED);
      assertThat(err.toString()).contains(key.toString()).contains("--tls-certificate");
      assertThat(run(command, "--tokens-file", tokens.toString(), "--tls-key", key.toString()))
          .isEqualTo(ExitCodes.FAILED);
      assertThat(err.toString()).contains("there is only --tls-key");
      assertThat(run(command, "--tokens-file", folder.resolve("absent").toString()))
          .isEqualTo(ExitCodes.FAILED);
      run(command, "--tokens-file", tokens.toString(), "--help");
    }
    assertThat(err.toString() + out).doesNotContain(secret);
  }

  @Test
  void redactionThatCannotBeFollowedIsRefusedBeforeAnythingStarts(@TempDir Path folder)
      throws IOException {
    String secret = "planted-key-0123456789";
    Path key = Files.writeString(folder.resolve("key"), secret);
    Path wrong = Files.writeString(folder.resolve("r.yaml"), "detectors:\n  - e-mail\n");
    for (String command : List.of("up", "receiver", "topology")) {
      assertThat(
              run(
                  command,
                  "--debug",
                  "--redaction",
                  wrong.toString(),
                  "--redaction-key-file",
                  key.toString()))
          .isEqualTo(ExitCodes.FAILED);
      assertThat(err.toString())
          .contains(wrong + " line 2 column 5: unknown detector 'e-mail'")
          .doesNotContain(secret);
      err.getBuffer().setLength(0);
      Files.writeString(key, " \n");
      assertThat(
              run(command, "--redaction", wrong.toString(), "--redaction-key-file", key.toString()))
          .isEqualTo(ExitCodes.FAILED);
      assertThat(err.toString()).contains("needs a key").contains("openssl rand");
      Files.writeString(key, secret);
    }
    assertThat(run("up", "--content-threshold", "12")).isEqualTo(ExitCodes.FAILED);
    assertThat(err.toString()).contains("--content-threshold");
  }

  @Test
  void rulesThatCannotBeFollowedAreRefusedBeforeAnythingStarts(@TempDir Path folder)
      throws IOException {
    Path rules =
        Files.writeString(
            folder.resolve("sampling.yaml"),
            "rules:\n  - name: slow\n    when: {durration: '> 5s'}\n    decision: keep\n");
    List<List<String>> commands =
        List.of(
            List.of("up", "--ephemeral", "--sampling-file", rules.toString()),
            List.of("topology", "--sampling-file", rules.toString()),
            List.of("up", "--ephemeral", "--set", "sampling.rules=@" + rules),
            List.of("sampling", "check", rules.toString()),
            List.of("sampling", "explain", "4bf92f", "--sampling-file", rules.toString()));
    for (List<String> command : commands) {
      assertThat(run(command.toArray(String[]::new))).isEqualTo(ExitCodes.FAILED);
      assertThat(err.toString())
          .contains("line 3 column 12: unknown condition 'durration'")
          .contains("did you mean 'duration'?");
      err.getBuffer().setLength(0);
    }
    assertThat(
            run("up", "--sampling-file", "default", "--set", "sampling.rules=none", "--ephemeral"))
        .isEqualTo(ExitCodes.FAILED);
    assertThat(err.toString()).contains("Give one of them");
  }

  @Test
  void theRulesThatComeWithRecountCanBeShownAndChecked(@TempDir Path folder) throws IOException {
    assertThat(run("sampling", "show")).isZero();
    Path rules = Files.writeString(folder.resolve("sampling.yaml"), out.toString());
    assertThat(run("sampling", "check", rules.toString())).isZero();
    assertThat(out.toString()).contains("7 rules can be followed: errors, tool_loops");
  }

  @Test
  void contentIsShownByItsReference(@TempDir Path folder) throws IOException {
    byte[] text = "a long story ".repeat(500).getBytes(StandardCharsets.UTF_8);
    byte[] bytes = {0, -1, 2};
    ContentReference story = ContentReference.to(text, ContentReference.TEXT);
    ContentReference binary = ContentReference.to(bytes, ContentReference.BINARY);
    FolderContentStore store = new FolderContentStore(folder);
    store.put(story, text);
    store.put(binary, bytes);
    String where = folder.toString();
    assertThat(run("content", story.format(), "--content-dir", where)).isZero();
    assertThat(out.toString()).startsWith("a long story a long story ");
    Path file = folder.resolve("bytes");
    assertThat(run("content", binary.format(), "--content-dir", where)).isEqualTo(ExitCodes.FAILED);
    assertThat(run("content", binary.format(), "--content-dir", where, "--output", file.toString()))
        .isZero();
    assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    assertThat(run("content", story.format(), "--content-dir", folder.resolve("a").toString()))
        .isEqualTo(ExitCodes.FAILED);
    assertThat(err.toString()).contains("--content-dir");
    assertThat(run("content", "2c26")).isEqualTo(ExitCodes.WRONG_USAGE);
    assertThat(run("up", "--content-retention", "-1")).isEqualTo(ExitCodes.FAILED);
    assertThat(err.toString()).contains("--content-retention");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertThat(run("import", "/nowhere/runs.json", "--format", "tau-bench"))
        .isEqualTo(ExitCodes.FAILED);
    assertThat(err.toString()).contains("/nowhere/runs.json");
  }

  @Test
  void debugShowsTheStackTrace() {
    run("sql", "SELECT 1", "--clickhouse-url", "http://127.0.0.1:9", "--debug");
    assertThat(err.toString()).contains("\tat ");
  }

  @Test
  void versionNamesRecountAndItsJava() {
    assertThat(run("version")).isZero();
    assertThat(out.toString()).contains("recount 0.").contains("Java ");
  }
}

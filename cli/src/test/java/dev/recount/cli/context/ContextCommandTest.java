package dev.recount.cli.context;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.SegmentKind;
import dev.recount.cli.ExitCodes;
import dev.recount.cli.Main;
import dev.recount.cli.output.Terminal;
import dev.recount.sinks.archive.format.SnapshotArchive;
import dev.recount.sinks.archive.storage.ObjectStorage;
import dev.recount.sinks.archive.storage.StorageLocation;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command on an archive alone: no table can be asked. */
class ContextCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @BeforeEach
  void archive() {
    Windows window =
        new Windows().text(SegmentKind.SYSTEM, null, "rules").text(SegmentKind.USER, null, "Hello");
    try (ObjectStorage storage = new StorageLocation.Folder(folder).open()) {
      SnapshotArchive archive = new SnapshotArchive(storage);
      archive.write(window.contents());
      archive.write(window.manifest());
    }
  }

  @Test
  void aWindowIsExportedByDecisionBySnapshotByNumberAndAsTheLast() {
    String expected =
        """
        {"model":"gpt-4o",
        "messages":[
        {"role":"system","content":"rules"},
        {"role":"user","content":"Hello"}
        ]}
        """;
    for (List<String> which :
        List.of(
            List.of("--decision", "decision-1"),
            List.of("--snapshot", "snap-1"),
            List.of("--snapshot", "sna"),
            List.of("--snapshot", "1"),
            List.<String>of())) {
      assertThat(run(which, "--format", "json")).as(err.toString()).isZero();
      assertThat(out.toString()).isEqualTo(expected);
    }
  }

  @Test
  void tablesAndTranscriptsAreForPeople() {
    assertThat(run(List.of(), "--format", "table")).isZero();
    assertThat(out.toString()).contains("window").contains("snap-1").contains("decision-1");
    assertThat(run(List.of("--snapshot", "1"), "--format", "table")).isZero();
    assertThat(out.toString()).contains("SYSTEM").contains("USER").contains("yes");
    assertThat(run(List.of())).isZero();
    assertThat(out.toString()).contains("── system").contains("Hello");
    assertThat(run(List.of("--diff", "1", "1"))).isZero();
    assertThat(out.toString()).contains("2 segments the same");
  }

  @Test
  void aSnapshotThatIsNotThereIsSaidSo() {
    assertThat(run(List.of("--snapshot", "other"))).isEqualTo(ExitCodes.FAILED);
    assertThat(err.toString()).contains("There is no snapshot other").contains("--format table");
  }

  @Test
  void aTraceThatIsNotThereIsSaidSoThoughTheTablesCannotBeAsked() {
    assertThat(execute("0af7651916cd43dd8448eb211c80319c", List.of())).isEqualTo(ExitCodes.FAILED);
    assertThat(err.toString())
        .contains("has no context of trace 0af7651916cd43dd8448eb211c80319c")
        .contains("cannot be asked why")
        .doesNotContain("\tat ");
  }

  @Test
  void whatWasTamperedWithIsNotShown() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(file -> file.getFileName().toString().startsWith("contents-")).toList();
    }
    byte[] bytes = Files.readAllBytes(files.get(0));
    bytes[bytes.length / 2] ^= 1;
    Files.write(files.get(0), bytes);
    assertThat(run(List.of(), "--format", "json")).isEqualTo(ExitCodes.FAILED);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).contains("tampered").contains("contents-").doesNotContain("\tat ");
  }

  @Test
  void aPlaceThatIsNoneIsAMistakeThatIsNamed() {
    assertThat(execute(Windows.TRACE, List.of("--archive-url", "gs://bucket")))
        .isEqualTo(ExitCodes.FAILED);
    assertThat(err.toString()).contains("gs://bucket").contains("s3://bucket/prefix");
  }

  private int run(List<String> which, String... more) {
    List<String> arguments = new ArrayList<>(which);
    arguments.addAll(List.of(more));
    return execute(Windows.TRACE, arguments);
  }

  private int execute(String trace, List<String> more) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine line = Main.commandLine(Terminal.none());
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    List<String> arguments = new ArrayList<>(List.of("context", trace));
    arguments.addAll(more);
    if (!more.contains("--archive-url")) {
      arguments.add("--archive-url=" + folder);
    }
    // Port 9 is "discard", on which nobody listens.
    arguments.add("--clickhouse-url=http://127.0.0.1:9");
    return line.execute(arguments.toArray(String[]::new));
  }
}

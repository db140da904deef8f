package dev.recount.cli.context;

import dev.recount.cli.UserError;
import dev.recount.cli.options.ArchiveOptions;
import dev.recount.cli.options.ClickHouseOptions;
import dev.recount.cli.options.Folders;
import dev.recount.cli.output.Terminal;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.cli.trace.Paint;
import dev.recount.sinks.archive.format.ArchivedTrace;
import dev.recount.sinks.archive.format.CorruptObjectException;
import dev.recount.sinks.archive.format.SnapshotArchive;
import dev.recount.sinks.archive.storage.ObjectStorage;
import dev.recount.sinks.archive.storage.StorageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code recount context}. */
@Command(
    name = "context",
    header = "Show or export the exact messages that a model saw.",
    description = {
      "Show or export the exact messages that a model saw, from the archive of context snapshots:"
          + " before a decision, in a snapshot, or last of all.",
      "",
      "As json it is a chat that can be sent to a model again: model, messages, tools."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  recount context 4bf92f3577b34da6a3ce929d0e0e4736 --format table     its windows",
      "  recount context 4bf92f --decision 25                before step 25 of `recount trace`",
      "  recount context 4bf92f --snapshot snap-7 --format json > request.json",
      "  recount context 4bf92f --diff 3 4                   what changed from window 3 to 4",
      "  recount context 4bf92f --archive-url 's3://evidence/agents?region=eu-west-1'"
    })
public final class ContextCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it before run()
  private CommandSpec spec;

  @Mixin private final ArchiveOptions archiveOptions = new ArchiveOptions();
  @Mixin private final ClickHouseOptions clickHouseOptions = new ClickHouseOptions();

  @Parameters(
      index = "0",
      paramLabel = "TRACE_ID",
      description = "32 hexadecimal digits, or at least the first six of them.")
  private String traceId = "";

  @ArgGroup private @Nullable Which which;

  @Option(
      names = {"-f", "--format"},
      paramLabel = "FORMAT",
      defaultValue = "chat",
      description =
          "${COMPLETION-CANDIDATES}: a conversation to read, a request to send, or the windows of"
              + " the trace and the segments of one. Default: @|bold ${DEFAULT-VALUE}|@")
  private Format format = Format.CHAT;

  @Option(
      names = "--content-dir",
      paramLabel = "FOLDER",
      defaultValue = "${env:RECOUNT_CONTENT_DIR}",
      description =
          "Where large values are kept that messages only refer to (RECOUNT_CONTENT_DIR)."
              + " Default: content, beside the other data")
  private @Nullable Path contentFolder;

  /** Which window is meant. */
  static final class Which {
    @Option(
        names = "--decision",
        paramLabel = "D",
        description = "The window before a decision: its ID, or the number of its step.")
    private @Nullable String decision;

    @Option(
        names = "--snapshot",
        paramLabel = "S",
        description = "The window of a snapshot: its ID, or its number among the windows.")
    private @Nullable String snapshot;

    @Option(
        names = "--diff",
        arity = "2",
        paramLabel = "S",
        description = "What changed from one snapshot to another.")
    private @Nullable List<String> diff;
  }

  /** How the window is printed. */
  enum Format {
    /** A conversation, for people. */
    CHAT,
    /** A request, for models. */
    JSON,
    /** What is known of windows and segments. */
    TABLE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public void run() {
    Path data = Folders.configuredData();
    try (ObjectStorage storage =
        archiveOptions
            .location(data)
            .orElseThrow(() -> new UserError("There is no archive: --archive-url is none.", null))
            .open()) {
      ContextFinder finder =
          new ContextFinder(
              new SnapshotArchive(storage), () -> ClickHouse.connect(clickHouseOptions));
      LargeContents large =
          new LargeContents(contentFolder == null ? data.resolve("content") : contentFolder);
      print(finder, finder.trace(traceId), large);
    } catch (StorageException refused) {
      throw new UserError(String.valueOf(refused.getMessage()), "Check --archive-url.", refused);
    } catch (CorruptObjectException corrupt) {
      throw new UserError(String.valueOf(corrupt.getMessage()), null, corrupt);
    }
  }

  private void print(ContextFinder finder, ArchivedTrace trace, LargeContents large) {
    if (which == null && format == Format.TABLE) {
      say(WindowTables.windows(trace).lines());
      return;
    }
    Paint paint = new Paint(Terminal.ofThisProcess().colours());
    if (which != null && which.diff != null) {
      WindowDiff diff =
          WindowDiff.between(
              window(trace, ContextFinder.ofSnapshot(trace, which.diff.get(0)), large),
              window(trace, ContextFinder.ofSnapshot(trace, which.diff.get(1)), large));
      say(format == Format.JSON ? List.of(diff.json()) : diff.lines(paint));
      return;
    }
    ContextWindow window = window(trace, chosen(finder, trace), large);
    say(
        switch (format) {
          case CHAT -> Transcript.of(window, paint);
          case JSON -> List.of(Chat.of(window).json());
          case TABLE -> WindowTables.segments(window).lines();
        });
  }

  private String chosen(ContextFinder finder, ArchivedTrace trace) {
    if (which != null && which.decision != null) {
      return finder.ofDecision(trace, which.decision);
    }
    if (which != null && which.snapshot != null) {
      return ContextFinder.ofSnapshot(trace, which.snapshot);
    }
    return ContextFinder.last(trace);
  }

  private static ContextWindow window(ArchivedTrace trace, String snapshot, LargeContents large) {
    return ContextWindow.load(trace, snapshot, large);
  }

  private void say(List<String> lines) {
    lines.forEach(spec.commandLine().getOut()::println);
    spec.commandLine().getOut().flush();
  }
}

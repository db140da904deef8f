package dev.recount.cli.replay;

import dev.recount.avro.Tick;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.cli.ExitCodes;
import dev.recount.cli.UserError;
import dev.recount.cli.options.ClickHouseOptions;
import dev.recount.cli.options.Folders;
import dev.recount.cli.options.KafkaOptions;
import dev.recount.cli.options.SettingOptions;
import dev.recount.cli.output.Progress;
import dev.recount.cli.output.Terminal;
import dev.recount.cli.output.Text;
import dev.recount.cli.output.TextTable;
import dev.recount.cli.pipeline.Heartbeat;
import dev.recount.cli.pipeline.PipelineStateReader;
import dev.recount.cli.pipeline.Rebuild;
import dev.recount.cli.pipeline.Rebuild.Step;
import dev.recount.cli.roles.TopologyAssembly;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.cli.trace.TraceFinder;
import dev.recount.schemas.Connection;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.TopologySettings;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code recount replay}. */
@Command(
    name = "replay",
    header = "Derive rows anew from the log, and hand over.",
    description = {
      "Derive every row anew from trace-events, beside the running pipeline: after a change of"
          + " settings or code, or when tables are lost. Compares what it derived with what is"
          + " there, then hands over to it without losing anything.",
      "",
      "Interrupted at any moment, the live tables are whole; run it again to finish."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  recount replay --all --dry-run              compare only",
      "  recount replay --all --set span.cap=50000   with another setting, which then holds",
      "  recount replay --all --keep-old && recount replay --back",
      "  recount replay --trace 4e9c03fbdb5baac77069adb021561b85",
      "  recount replay --from 2026-11-20T00:00:00Z --to 2026-11-21T00:00:00Z --dry-run",
      "  recount replay --dead-letters"
    })
public final class ReplayCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it before call()
  private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  @SuppressWarnings("NullAway.Init") // picocli injects it before call()
  private What what;

  @Mixin private final KafkaOptions kafkaOptions = new KafkaOptions();
  @Mixin private final ClickHouseOptions clickHouseOptions = new ClickHouseOptions();
  @Mixin private final SettingOptions settings = new SettingOptions();

  @Option(names = "--dry-run", description = "Stop at the report, and remove what was made for it.")
  private boolean dryRun;

  @Option(
      names = "--from-raw",
      description =
          "With --all: derive the log itself anew from the raw topics, and the rows from that."
              + " What the raw topics no longer hold is carried over.")
  private boolean fromRaw;

  @Option(
      names = "--keep-old",
      description = "Keep the tables and the application that are replaced, for --back.")
  private boolean keepOld;

  @Option(
      names = "--state-dir",
      paramLabel = "FOLDER",
      defaultValue = "${env:RECOUNT_STATE_DIR}",
      description =
          "Where state is kept meanwhile (RECOUNT_STATE_DIR). Default: ~/.local/share/recount/replay")
  private @Nullable Path stateFolder;

  @Option(
      names = {"-f", "--format"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "${COMPLETION-CANDIDATES}, of the report. Default: @|bold ${DEFAULT-VALUE}|@")
  private Format format = Format.TEXT;

  /** What is to be done. */
  static final class What {
    @Option(names = "--all", description = "Derive everything, compare, and hand over.")
    private boolean all;

    @Option(
        names = "--trace",
        paramLabel = "ID",
        split = ",",
        description = "Derive these traces and compare them; nothing is handed over.")
    private List<String> traces = List.of();

    @ArgGroup(exclusive = false)
    private @Nullable Span span;

    @Option(
        names = "--dead-letters",
        description = "Send dead letters again to their topics, each once, after a fix.")
    private boolean deadLetters;

    @Option(names = "--back", description = "Go back to what --keep-old kept.")
    private boolean back;

    @Option(
        names = "--abort",
        description = "Undo what was interrupted; possible until its tables are in place.")
    private boolean abort;

    @Option(names = "--drop-old", description = "Remove what --keep-old kept.")
    private boolean dropOld;
  }

  /** When traces began. */
  static final class Span {
    @Option(
        names = "--from",
        required = true,
        paramLabel = "TIME",
        description =
            "Derive the traces that began from this time, as 2026-01-01T00:00:00Z, and compare"
                + " them; nothing is handed over.")
    private Instant from = Instant.MIN;

    @Option(
        names = "--to",
        required = true,
        paramLabel = "TIME",
        description = "… until this time, which is not in it.")
    private Instant to = Instant.MAX;
  }

  /** How the report is printed. */
  enum Format {
    /** Tables, for people. */
    TEXT,
    /** One document, for machines. */
    JSON;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public Integer call() {
    if (fromRaw && (keepOld || !what.all)) {
      throw new ParameterException(
          spec.commandLine(),
          "--from-raw goes with --all, and without --keep-old: the log that is replaced is not"
              + " written any more");
    }
    if (dryRun && (what.abort || what.dropOld)) {
      throw new ParameterException(
          spec.commandLine(), "--dry-run goes with what derives rows or sends records");
    }
    Connection connection = kafkaOptions.connection();
    Map<String, String> changed = TopologyAssembly.ownSettings(settings.settings());
    if (changed.containsKey(TopologySettings.ALERTS)) {
      throw new UserError(
          "Rules of alerts decide about no row that is derived.",
          "Restart `recount up` or `recount topology` with them.");
    }
    if (what.deadLetters) {
      sendDeadLetters(PipelineStateReader.inForce(connection));
      return ExitCodes.DONE;
    }
    Progress progress = new Progress(Terminal.ofThisProcess(), spec.commandLine().getErr());
    Path folder = stateFolder == null ? Folders.data().resolve("replay") : stateFolder;
    try (Replay replay =
        Replay.open(
            connection,
            clickHouseOptions.target(),
            folder,
            progress,
            Heartbeat.WATCH,
            reached -> {})) {
      run(replay, connection, changed);
    }
    return ExitCodes.DONE;
  }

  private void sendDeadLetters(Connection connection) {
    DeadLetterReplay.Counts counts = new DeadLetterReplay(connection).run(dryRun);
    TextTable table =
        TextTable.of("topic", dryRun ? "would be sent" : "sent")
            .numbers(dryRun ? "would be sent" : "sent");
    counts.sent.forEach((topic, letters) -> table.row(topic, Text.count(letters)));
    if (counts.overtaken > 0) {
      table.row("(not sent: a later record is there)", Text.count(counts.overtaken));
    }
    if (counts.ofUnknownOrigin > 0) {
      table.row("(not sent: origin unknown)", Text.count(counts.ofUnknownOrigin));
    }
    say(table.lines());
  }

  private void run(Replay replay, Connection connection, Map<String, String> changed) {
    Rebuild interrupted = replay.interrupted();
    if (what.abort) {
      replay.abort();
      say(List.of("The live application goes on; nothing has been changed."));
    } else if (interrupted != null && interrupted.step() != Step.REBUILDING) {
      if (dryRun || !(what.all || what.back)) {
        throw new UserError(
            "The replay of " + interrupted.id() + " was interrupted while it handed over.",
            "Finish it with --all, or undo it with --abort.");
      }
      replay.finish();
      say(List.of("Finished the replay of " + interrupted.id() + ", which had been interrupted."));
    } else if (what.dropOld) {
      replay.dropKept();
    } else if (what.back) {
      rebuild(replay, replay.beginBack(keepOld));
    } else if (!what.all) {
      Set<String> traces = traces(connection);
      if (traces.isEmpty()) {
        throw new UserError("No trace began then.", "The log is kept for 30 days.");
      }
      Rebuild rebuild = replay.beginPart(changed);
      print(replay.rebuild(rebuild, traces, tick(connection)));
      if (dryRun) {
        replay.discard(rebuild);
      } else {
        say(
            List.of(
                "The rebuilt rows are in the database "
                    + rebuild.database()
                    + "; `recount replay --abort` or another replay removes it."));
      }
    } else {
      if (!dryRun) {
        requireNothingKept(replay);
        replay.requireOneServer();
      }
      rebuild(replay, replay.beginAll(changed, keepOld, fromRaw));
    }
  }

  private void requireNothingKept(Replay replay) {
    if (replay.kept() != null) {
      throw new UserError(
          "An earlier replay kept what it replaced.",
          "Go back to it with --back, or remove it with --drop-old.");
    }
  }

  private void rebuild(Replay replay, Rebuild rebuild) {
    ReplayReport report = replay.rebuild(rebuild);
    print(report);
    if (dryRun) {
      replay.discard(rebuild);
    } else {
      replay.handOver(rebuild, report);
      say(format == Format.JSON ? List.of() : List.of("Handed over to " + rebuild.application()));
    }
  }

  private Set<String> traces(Connection connection) {
    Span span = what.span;
    if (span != null) {
      return TraceSelection.began(PipelineStateReader.inForce(connection), span.from, span.to);
    }
    Set<String> ids = new TreeSet<>();
    try (ClickHouse clickHouse = ClickHouse.connect(clickHouseOptions)) {
      for (String named : what.traces) {
        String digits = TraceFinder.digits(named);
        // A whole ID need not be in the tables, which may be what is wrong.
        ids.add(
            digits.length() == TraceFinder.ALL_DIGITS
                ? digits
                : TraceFinder.find(clickHouse, named));
      }
    }
    return ids;
  }

  /** What the entries of other traces give way to. */
  private static byte[] tick(Connection connection) {
    TraceEvent tick = new TraceEvent();
    tick.setKind(TraceEventKind.TICK);
    tick.setIdentity("0");
    tick.setPayload(new Tick(0));
    return TopologyCodecs.of(connection.newRegistryClient(), connection.topics())
        .traceEvents()
        .encode(tick);
  }

  private void print(ReplayReport report) {
    say(format == Format.JSON ? List.of(report.json()) : report.lines());
  }

  private void say(List<String> lines) {
    lines.forEach(spec.commandLine().getOut()::println);
    spec.commandLine().getOut().flush();
  }
}

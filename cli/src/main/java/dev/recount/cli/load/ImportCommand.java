package dev.recount.cli.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.cli.ExitCodes;
import dev.recount.cli.UserError;
import dev.recount.cli.options.ClickHouseOptions;
import dev.recount.cli.options.KafkaOptions;
import dev.recount.cli.options.OtlpOptions;
import dev.recount.cli.output.Progress;
import dev.recount.cli.output.Terminal;
import dev.recount.cli.output.Text;
import dev.recount.cli.output.TextTable;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.connectors.importing.ImportException;
import dev.recount.connectors.importing.ImportOptions;
import dev.recount.connectors.importing.ImportResult;
import dev.recount.connectors.importing.ImportTargets;
import dev.recount.connectors.importing.RunFormat;
import dev.recount.connectors.importing.RunFormats;
import dev.recount.connectors.importing.RunImport;
import dev.recount.connectors.kafka.ProducerGateway;
import dev.recount.schemas.Connection;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code recount import}. */
@Command(
    name = "import",
    header = "Put recorded agent runs in.",
    description = {
      "Put recorded agent runs in: each becomes a trace over OTLP, with context snapshots,"
          + " decisions and feedback over Kafka.",
      "",
      "Waits until all of it can be asked for. IDs are functions of the file: importing it again"
          + " changes nothing."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  recount import airline-gpt-4o.json --format tau-bench",
      "  recount import airline-gpt-4o.json --format tau-bench --start 2026-01-01T00:00:00Z --shuffle 7",
      "",
      "Formats: tau-bench, the result files of sierra-research/tau-bench."
    })
public final class ImportCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it before call()
  private CommandSpec spec;

  @Mixin private final KafkaOptions kafkaOptions = new KafkaOptions();
  @Mixin private final ClickHouseOptions clickHouseOptions = new ClickHouseOptions();
  @Mixin private final OtlpOptions otlpOptions = new OtlpOptions();

  @Parameters(index = "0", paramLabel = "FILE", description = "The recorded runs.")
  private Path file = Path.of("");

  @Option(
      names = "--format",
      required = true,
      paramLabel = "FORMAT",
      description = "What the file is: tau-bench.")
  private String format = "";

  @Option(
      names = "--start",
      paramLabel = "TIME",
      description =
          "When the first run started, as 2026-01-01T00:00:00Z. Default: such that the last one"
              + " ends when the file was last modified")
  private @Nullable Instant start;

  @Option(
      names = "--shuffle",
      paramLabel = "SEED",
      description = "Send everything in one random order over all traces.")
  private @Nullable Long shuffle;

  @Option(names = "--no-snapshots", description = "Send no context snapshots.")
  private boolean noSnapshots;

  @Option(names = "--no-decisions", description = "Send no decisions.")
  private boolean noDecisions;

  @Option(names = "--no-wait", description = "Return when everything is sent.")
  private boolean noWait;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description = "How long to wait. Default: @|bold ${DEFAULT-VALUE}|@")
  private int timeoutSeconds;

  @Override
  public Integer call() {
    RunFormat known =
        RunFormats.named(format)
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(),
                        "Unknown format '" + format + "'; known are: " + formatNames()));
    if (!Files.isReadable(file)) {
      throw new UserError("Cannot read " + file + ".", "Name a file that exists.");
    }
    Progress progress = new Progress(Terminal.ofThisProcess(), spec.commandLine().getErr());
    Connection connection = kafkaOptions.connection();
    ImportResult result = send(known, connection, progress);
    if (noWait) {
      say(sent(result).lines());
      return ExitCodes.DONE;
    }
    try (ClickHouse clickHouse = ClickHouse.connect(clickHouseOptions);
        Progress.Bar bar = progress.bar("Waiting until its traces have settled", result.traces())) {
      new PipelineDrain(connection, clickHouse, Duration.ofSeconds(timeoutSeconds))
          .await(result.traceIds(), bar::at);
      bar.close();
      say(found(result, clickHouse).lines());
    }
    return ExitCodes.DONE;
  }

  private ImportResult send(RunFormat known, Connection connection, Progress progress) {
    ImportOptions options =
        ImportOptions.defaults()
            .withEvents(!noSnapshots, !noDecisions)
            .withStart(start)
            .withShuffleSeed(shuffle);
    try (SchemaRegistryClient registry = connection.newRegistryClient();
        ProducerGateway kafka = ProducerGateway.connectPatiently(connection);
        ImportTargets targets =
            new ImportTargets(otlpOptions.exporter(), kafka, connection.topics(), registry);
        Progress.Bar bar = progress.bar("Sending " + file.getFileName(), 0)) {
      return new RunImport(known, options, targets)
          .run(file, (done, total, items) -> bar.at(done, total));
    } catch (ImportException refused) {
      throw new UserError(String.valueOf(refused.getMessage()), null, refused);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static TextTable sent(ImportResult result) {
    return TextTable.of("what", "sent")
        .numbers("sent")
        .row("traces", Text.count(result.traces()))
        .row("spans", Text.count(result.spans()))
        .row("context snapshots", Text.count(result.snapshots()))
        .row("decisions", Text.count(result.decisions()))
        .row("feedback", Text.count(result.feedback()));
  }

  private static TextTable found(ImportResult result, ClickHouse clickHouse) {
    return TextTable.of("what", "sent", "in ClickHouse")
        .numbers("sent", "in ClickHouse")
        .row("traces", Text.count(result.traces()), count(result, clickHouse, "traces_latest"))
        .row("spans", Text.count(result.spans()), count(result, clickHouse, "spans_latest"))
        .row(
            "context snapshots",
            Text.count(result.snapshots()),
            count(result, clickHouse, "context_snapshots_latest"))
        .row(
            "decisions",
            Text.count(result.decisions()) + " of its own",
            count(result, clickHouse, "decisions_latest"))
        .row(
            "feedback",
            Text.count(result.feedback()),
            count(result, clickHouse, "feedback_latest"));
  }

  private static String count(ImportResult result, ClickHouse clickHouse, String view) {
    long found = 0;
    for (JsonNode row :
        clickHouse.rows(
            "SELECT count() AS found FROM " + view + " WHERE trace_id IN {ids:Array(String)}",
            Map.of("ids", result.traceIds()))) {
      found += row.path("found").asLong();
    }
    return Text.count(found);
  }

  private static String formatNames() {
    return String.join(", ", RunFormats.all().stream().map(RunFormat::name).toList());
  }

  private void say(List<String> lines) {
    lines.forEach(spec.commandLine().getOut()::println);
  }
}

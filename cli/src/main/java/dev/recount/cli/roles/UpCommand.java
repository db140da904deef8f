package dev.recount.cli.roles;

import dev.recount.cli.ExitCodes;
import dev.recount.cli.UserError;
import dev.recount.cli.options.AlertRuleOptions;
import dev.recount.cli.options.AlertSinkOptions;
import dev.recount.cli.options.ArchiveTargetOptions;
import dev.recount.cli.options.ContentOptions;
import dev.recount.cli.options.Folders;
import dev.recount.cli.options.JudgementOptions;
import dev.recount.cli.options.ProtectionOptions;
import dev.recount.cli.options.RedactionOptions;
import dev.recount.cli.options.SettingOptions;
import dev.recount.cli.output.Progress;
import dev.recount.cli.output.Terminal;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import dev.recount.sinks.clickhouse.client.Secret;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code recount up}. */
@Command(
    name = "up",
    header = "Run the whole pipeline on this machine.",
    description = {
      "Run the embedded stack and the whole pipeline on this machine until Ctrl-C: Kafka, schema"
          + " registry, ClickHouse, OTLP receiver, topology and sinks.",
      "",
      "Everything listens on loopback only. Data is kept in --data-dir and is there again at the"
          + " next start."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  recount up",
      "  recount up --ephemeral                   leave nothing behind",
      "  recount up --data-dir ./data --kafka-port 19092",
      "  recount up --set settle.quiet.ms=3000    settle traces after three quiet seconds",
      "",
      "Then, from another terminal:",
      "  export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4317",
      "  recount status"
    })
public final class UpCommand implements Callable<Integer> {
  private static final Duration WATCH_PAUSE = Duration.ofMillis(500);

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it before call()
  private CommandSpec spec;

  @ArgGroup private @Nullable Where where;

  @Mixin private final SettingOptions settings = new SettingOptions();
  @Mixin private final AlertRuleOptions alertRules = new AlertRuleOptions();
  @Mixin private final AlertSinkOptions alertSinks = new AlertSinkOptions();
  @Mixin private final JudgementOptions judgement = new JudgementOptions();
  @Mixin private final ProtectionOptions protectionOptions = new ProtectionOptions();
  @Mixin private final RedactionOptions redactionOptions = new RedactionOptions();
  @Mixin private final ContentOptions contentOptions = new ContentOptions();
  @Mixin private final ArchiveTargetOptions archiveOptions = new ArchiveTargetOptions();

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      defaultValue = "${env:RECOUNT_KAFKA_PORT:-9092}",
      description = "Kafka. Default: @|bold ${DEFAULT-VALUE}|@; 0 takes a free port, as with all.")
  private int kafkaPort;

  @Option(
      names = "--registry-port",
      paramLabel = "PORT",
      defaultValue = "${env:RECOUNT_REGISTRY_PORT:-8081}",
      description = "Schema registry. Default: @|bold ${DEFAULT-VALUE}|@")
  private int registryPort;

  @Option(
      names = "--clickhouse-port",
      paramLabel = "PORT",
      defaultValue = "${env:RECOUNT_CLICKHOUSE_PORT:-8123}",
      description = "ClickHouse over HTTP. Default: @|bold ${DEFAULT-VALUE}|@")
  private int clickHousePort;

  @Option(
      names = "--otlp-grpc-port",
      paramLabel = "PORT",
      defaultValue = "${env:RECOUNT_OTLP_GRPC_PORT:-4317}",
      description = "OTLP over gRPC. Default: @|bold ${DEFAULT-VALUE}|@")
  private int otlpGrpcPort;

  @Option(
      names = "--otlp-http-port",
      paramLabel = "PORT",
      defaultValue = "${env:RECOUNT_OTLP_HTTP_PORT:-4318}",
      description = "OTLP over HTTP. Default: @|bold ${DEFAULT-VALUE}|@")
  private int otlpHttpPort;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "${env:RECOUNT_HTTP_PORT:-8090}",
      description =
          "Recount's own: the page, /health, /metrics and /v1/feedback. Default: @|bold ${DEFAULT-VALUE}|@")
  private int httpPort;

  @Option(
      names = "--schema-registry-url",
      paramLabel = "URL",
      description = "Use this schema registry in place of an embedded one.")
  private @Nullable String registryUrl;

  @Option(
      names = "--clickhouse-url",
      paramLabel = "URL",
      description =
          "Use this ClickHouse in place of an embedded one; user and password from"
              + " RECOUNT_CLICKHOUSE_USER and RECOUNT_CLICKHOUSE_PASSWORD.")
  private @Nullable String clickHouseUrl;

  /** Data either stays in a folder or goes with the process. */
  static final class Where {
    @Option(
        names = "--data-dir",
        paramLabel = "FOLDER",
        description = "Where data is kept. Default: RECOUNT_DATA_DIR, else ~/.local/share/recount.")
    private @Nullable Path folder;

    @Option(names = "--ephemeral", description = "Keep data in a temporary folder and delete it.")
    private boolean ephemeral;
  }

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    long began = System.nanoTime();
    try (StopSignal stop = new StopSignal()) {
      Progress progress = new Progress(Terminal.ofThisProcess(), spec.commandLine().getErr());
      try (EmbeddedPipeline pipeline =
          EmbeddedPipeline.start(
              new EmbeddedOptions(
                  dataFolder(),
                  ports(),
                  judgement.settings(alertRules.addedTo(settings.settings())),
                  judgement.files(),
                  new IntakeOptions(
                      protectionOptions.protection(),
                      redactionOptions.redaction(),
                      contentOptions::largeContent),
                  Optional.ofNullable(registryUrl),
                  clickHouse(),
                  archiveOptions::target,
                  alertSinks::connectors,
                  progress.steps()))) {
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        Banner.lines(pipeline, took).forEach(out::println);
        out.flush();
        watch(pipeline, stop);
        progress.step("Stopping; Ctrl-C again ends it at once");
      }
    }
    return ExitCodes.DONE;
  }

  private static void watch(EmbeddedPipeline pipeline, StopSignal stop)
      throws InterruptedException {
    while (!stop.await(WATCH_PAUSE)) {
      Optional<String> failure = pipeline.failure();
      if (failure.isPresent()) {
        throw new UserError(
            "A part of the stack has failed: " + failure.get(),
            "Data written so far is safe; start it again with the same --data-dir.");
      }
    }
  }

  private Optional<Path> dataFolder() {
    if (where != null && where.ephemeral) {
      return Optional.empty();
    }
    if (where != null && where.folder != null) {
      return Optional.of(where.folder.toAbsolutePath());
    }
    return Optional.of(Folders.configuredData());
  }

  private Optional<ClickHouseTarget> clickHouse() {
    Map<String, String> environment = System.getenv();
    return Optional.ofNullable(clickHouseUrl)
        .map(
            url ->
                new ClickHouseTarget(
                    url,
                    environment.getOrDefault(
                        "RECOUNT_CLICKHOUSE_USER", ClickHouseTarget.DEFAULT_USER),
                    Secret.of(environment.getOrDefault("RECOUNT_CLICKHOUSE_PASSWORD", "")),
                    ClickHouseTarget.DEFAULT_DATABASE,
                    Map.of()));
  }

  private EmbeddedOptions.Ports ports() {
    return new EmbeddedOptions.Ports(
        kafkaPort, registryPort, clickHousePort, otlpGrpcPort, otlpHttpPort, httpPort);
  }
}

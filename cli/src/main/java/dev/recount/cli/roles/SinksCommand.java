package dev.recount.cli.roles;

import dev.recount.cli.options.AlertSinkOptions;
import dev.recount.cli.options.ArchiveTargetOptions;
import dev.recount.cli.options.ClickHouseOptions;
import dev.recount.cli.options.ClusterOptions;
import dev.recount.cli.options.Folders;
import dev.recount.cli.options.KafkaOptions;
import dev.recount.cli.options.ServerOptions;
import dev.recount.cli.options.SinkSettingOptions;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.local.connect.ConnectWorker;
import dev.recount.local.kafka.KafkaExits;
import dev.recount.schemas.Connection;
import dev.recount.sinks.archive.ArchiveTarget;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code recount sinks}. */
@Command(
    name = "sinks",
    header = "Run the sinks against external servers.",
    description = {
      "Write the output topics of external Kafka servers to an external ClickHouse, until it is"
          + " told to stop. Makes the tables and brings them up to date. Archives what models saw."
          + " Tells an Alertmanager or a webhook of alerts."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  recount sinks --bootstrap-servers kafka:9092 --schema-registry-url http://registry:8081 \\",
      "    --clickhouse-url http://clickhouse:8123",
      "  recount sinks --archive-url 's3://evidence/agents?region=eu-west-1'",
      "  RECOUNT_CLICKHOUSE_PASSWORD_FILE=/run/secrets/clickhouse recount sinks --bind 0.0.0.0"
    })
public final class SinksCommand implements Callable<Integer> {
  private static final String GROUP = "recount-sinks";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it before call()
  private CommandSpec spec;

  @Mixin private final KafkaOptions kafkaOptions = new KafkaOptions();
  @Mixin private final ClickHouseOptions clickHouseOptions = new ClickHouseOptions();
  @Mixin private final ClusterOptions clusterOptions = new ClusterOptions();
  @Mixin private final ArchiveTargetOptions archiveOptions = new ArchiveTargetOptions();
  @Mixin private final AlertSinkOptions alertOptions = new AlertSinkOptions();
  @Mixin private final ServerOptions serverOptions = new ServerOptions();
  @Mixin private final SinkSettingOptions settingOptions = new SinkSettingOptions();

  @Option(
      names = "--state-dir",
      paramLabel = "FOLDER",
      defaultValue = "${env:RECOUNT_STATE_DIR}",
      description =
          "Working folder (RECOUNT_STATE_DIR); nothing in it needs to survive."
              + " Default: ~/.local/share/recount/connect")
  private @Nullable Path stateFolder;

  @Override
  public Integer call() throws InterruptedException {
    Connection connection = kafkaOptions.connection();
    ClickHouseTarget target = clickHouseOptions.target();
    Optional<ArchiveTarget> archive = archiveOptions.target(Folders.configuredData());
    Map<String, String> settings = settingOptions.settings();
    Path folder = stateFolder == null ? Folders.data().resolve("connect") : stateFolder;
    return new RoleRunner(connection, serverOptions, spec.commandLine().getOut())
        .run(
            "sinks",
            roles -> {
              roles.add(
                  Check.clickHouse(
                      target.url(), ClickHouse.connect(target.withDatabase("default"))));
              roles.add(
                  SinksRole.startWithWorker(
                      connection,
                      target,
                      clusterOptions.cluster(),
                      settings,
                      archive,
                      alertOptions.connectors(connection),
                      ConnectWorker.start(SinksRole.workerOptions(connection, GROUP, folder))));
              return server -> {};
            },
            KafkaExits::fault);
  }
}

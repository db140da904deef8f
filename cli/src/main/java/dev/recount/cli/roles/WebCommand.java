package dev.recount.cli.roles;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.cli.options.ArchiveOptions;
import dev.recount.cli.options.ClickHouseOptions;
import dev.recount.cli.options.Folders;
import dev.recount.cli.options.KafkaOptions;
import dev.recount.cli.options.ProtectionOptions;
import dev.recount.cli.options.RedactionOptions;
import dev.recount.cli.options.ServerOptions;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.cli.status.RoleHealth;
import dev.recount.cli.web.LivePipeline;
import dev.recount.schemas.Connection;
import dev.recount.schemas.content.FolderContentStore;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code recount web}. */
@Command(
    name = "web",
    header = "Serve the page against external servers.",
    description = {
      "Serve the page on what is in an external ClickHouse and in the archive, until it is told to"
          + " stop. It reads only; feedback that is left on it goes to Kafka by the same endpoint as"
          + " everyone's."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  recount web --bootstrap-servers kafka:9092 --schema-registry-url http://registry:8081 \\",
      "    --clickhouse-url http://clickhouse:8123",
      "  recount web --bind 0.0.0.0 --tokens-file /etc/recount/readers \\",
      "    --tls-certificate /etc/recount/tls.crt --tls-key /etc/recount/tls.key"
    })
public final class WebCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it before call()
  private CommandSpec spec;

  @Mixin private final KafkaOptions kafkaOptions = new KafkaOptions();
  @Mixin private final ClickHouseOptions clickHouseOptions = new ClickHouseOptions();
  @Mixin private final ArchiveOptions archiveOptions = new ArchiveOptions();
  @Mixin private final ServerOptions serverOptions = new ServerOptions();
  @Mixin private final ProtectionOptions protectionOptions = new ProtectionOptions();
  @Mixin private final RedactionOptions redactionOptions = new RedactionOptions();

  @Option(
      names = "--health-url",
      paramLabel = "URL",
      split = ",",
      defaultValue = "${env:RECOUNT_HEALTH_URL}",
      description =
          "HTTP servers of the other roles, whose health is shown; several with commas"
              + " (RECOUNT_HEALTH_URL).")
  private @Nullable List<String> healthUrls;

  @Option(
      names = "--content-dir",
      paramLabel = "FOLDER",
      defaultValue = "${env:RECOUNT_CONTENT_DIR}",
      description =
          "Where large values are kept that messages only refer to (RECOUNT_CONTENT_DIR)."
              + " Default: content, beside the other data")
  private @Nullable Path contentFolder;

  @Override
  public Integer call() throws InterruptedException {
    Connection connection = kafkaOptions.connection();
    ClickHouseTarget target = clickHouseOptions.target();
    IntakeOptions intake =
        new IntakeOptions(
            protectionOptions.protection(), redactionOptions.redaction(), data -> Optional.empty());
    Path data = Folders.configuredData();
    RoleHealth others = new RoleHealth();
    return new RoleRunner(
            connection, serverOptions, intake.protection(), spec.commandLine().getOut())
        .run(
            "web",
            roles -> {
              roles.add(
                  Check.clickHouse(
                      target.url(), ClickHouse.connect(target.withDatabase("default"))));
              FeedbackDoor door = roles.add(FeedbackDoor.open(connection, intake));
              WebRole web =
                  roles.add(
                      WebRole.open(
                          target,
                          archiveOptions.location(data),
                          new FolderContentStore(
                              contentFolder == null ? data.resolve("content") : contentFolder),
                          new LivePipeline(() -> health(roles, others), connection)));
              return server -> {
                door.mount(server);
                web.mount(server, intake.protection());
              };
            },
            Optional::empty);
  }

  /** Its own, and that of the roles elsewhere. */
  private ObjectNode health(Roles roles, RoleHealth others) {
    ObjectNode health = JsonNodeFactory.instance.objectNode();
    Health.put(roles.health(), health);
    others.of(healthUrls == null ? List.of() : healthUrls, health);
    return health;
  }
}

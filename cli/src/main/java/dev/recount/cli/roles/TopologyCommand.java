package dev.recount.cli.roles;

import dev.recount.cli.options.AlertRuleOptions;
import dev.recount.cli.options.Folders;
import dev.recount.cli.options.JudgementOptions;
import dev.recount.cli.options.KafkaOptions;
import dev.recount.cli.options.RedactionOptions;
import dev.recount.cli.options.ServerOptions;
import dev.recount.cli.options.SettingOptions;
import dev.recount.schemas.Connection;
import dev.recount.schemas.redaction.Redaction;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code recount topology}. */
@Command(
    name = "topology",
    header = "Run the topology against external servers.",
    description = {
      "Run the Streams topology against external servers until it is told to stop: it joins what"
          + " came in and writes the output topics. Any number of instances share the work."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  recount topology --bootstrap-servers kafka:9092 --schema-registry-url http://registry:8081",
      "  recount topology --set settle.quiet.ms=5000 --set streams.num.stream.threads=4",
      "  recount topology --bind 0.0.0.0 --state-dir /var/lib/recount"
    })
public final class TopologyCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it before call()
  private CommandSpec spec;

  @Mixin private final KafkaOptions kafkaOptions = new KafkaOptions();
  @Mixin private final ServerOptions serverOptions = new ServerOptions();
  @Mixin private final SettingOptions settings = new SettingOptions();
  @Mixin private final AlertRuleOptions alertOptions = new AlertRuleOptions();
  @Mixin private final JudgementOptions judgement = new JudgementOptions();
  @Mixin private final RedactionOptions redactionOptions = new RedactionOptions();

  @Option(
      names = "--state-dir",
      paramLabel = "FOLDER",
      defaultValue = "${env:RECOUNT_STATE_DIR}",
      description =
          "Where state is kept (RECOUNT_STATE_DIR); rebuilt from Kafka when lost."
              + " Default: ~/.local/share/recount/streams")
  private @Nullable Path stateFolder;

  @Override
  public Integer call() throws InterruptedException {
    Connection connection = kafkaOptions.connection();
    Map<String, String> changed = judgement.settings(alertOptions.addedTo(settings.settings()));
    TopologyAssembly.check(changed, judgement.files());
    Redaction redaction = redactionOptions.redaction();
    Path folder = stateFolder == null ? Folders.data().resolve("streams") : stateFolder;
    AtomicReference<@Nullable FollowedTopology> streams = new AtomicReference<>();
    return new RoleRunner(connection, serverOptions, spec.commandLine().getOut())
        .run(
            "topology",
            roles -> {
              streams.set(
                  roles.add(
                      TopologyAssembly.start(
                          connection, folder, changed, redaction, judgement.files())));
              return server -> {};
            },
            () ->
                Optional.ofNullable(streams.get())
                    .flatMap(role -> Optional.ofNullable(role.fault())));
  }
}

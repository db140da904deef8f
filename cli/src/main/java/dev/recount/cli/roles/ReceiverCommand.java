package dev.recount.cli.roles;

import dev.recount.cli.options.ContentOptions;
import dev.recount.cli.options.Folders;
import dev.recount.cli.options.KafkaOptions;
import dev.recount.cli.options.ProtectionOptions;
import dev.recount.cli.options.RedactionOptions;
import dev.recount.cli.options.ServerOptions;
import dev.recount.connectors.otlp.OtlpSettings;
import dev.recount.connectors.otlp.Treatment;
import dev.recount.schemas.Connection;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code recount receiver}. */
@Command(
    name = "receiver",
    header = "Run the OTLP and feedback receiver against external servers.",
    description = {
      "Take in OTLP and feedback and put them onto external Kafka servers, until it is told to"
          + " stop. It acknowledges what Kafka has acknowledged."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  recount receiver --bootstrap-servers kafka:9092 --schema-registry-url http://registry:8081",
      "  recount receiver --bind 0.0.0.0 --tokens-file /etc/recount/tokens \\",
      "                   --tls-certificate /etc/recount/tls.crt --tls-key /etc/recount/tls.key"
    })
public final class ReceiverCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it before call()
  private CommandSpec spec;

  @Mixin private final KafkaOptions kafkaOptions = new KafkaOptions();
  @Mixin private final ServerOptions serverOptions = new ServerOptions();

  @Mixin private final ProtectionOptions protectionOptions = new ProtectionOptions();
  @Mixin private final RedactionOptions redactionOptions = new RedactionOptions();
  @Mixin private final ContentOptions contentOptions = new ContentOptions();

  @Option(
      names = "--otlp-grpc-port",
      paramLabel = "PORT",
      defaultValue = "${env:RECOUNT_OTLP_GRPC_PORT:-4317}",
      description = "OTLP over gRPC (RECOUNT_OTLP_GRPC_PORT). Default: @|bold ${DEFAULT-VALUE}|@")
  private int otlpGrpcPort;

  @Option(
      names = "--otlp-http-port",
      paramLabel = "PORT",
      defaultValue = "${env:RECOUNT_OTLP_HTTP_PORT:-4318}",
      description = "OTLP over HTTP (RECOUNT_OTLP_HTTP_PORT). Default: @|bold ${DEFAULT-VALUE}|@")
  private int otlpHttpPort;

  @Override
  public Integer call() throws InterruptedException {
    Connection connection = kafkaOptions.connection();
    IntakeOptions intake =
        new IntakeOptions(
            protectionOptions.protection(),
            redactionOptions.redaction(),
            contentOptions::largeContent);
    Treatment treatment = intake.treatment(Folders.data());
    return new RoleRunner(
            connection, serverOptions, intake.protection(), spec.commandLine().getOut())
        .run(
            "receiver",
            roles -> {
              ReceiverRole receiver =
                  roles.add(
                      ReceiverRole.start(
                          connection,
                          OtlpSettings.defaults(connection.topics())
                              .withBindAddress(serverOptions.bindAddress())
                              .withPorts(otlpGrpcPort, otlpHttpPort),
                          intake.protection(),
                          treatment));
              return server -> FeedbackDoor.mount(server, connection, receiver.kafka(), intake);
            },
            Optional::empty);
  }
}

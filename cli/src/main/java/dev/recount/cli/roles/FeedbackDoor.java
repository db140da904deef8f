package dev.recount.cli.roles;

import com.linecorp.armeria.server.ServerBuilder;
import dev.recount.connectors.feedback.FeedbackParser;
import dev.recount.connectors.feedback.FeedbackProducer;
import dev.recount.connectors.feedback.FeedbackService;
import dev.recount.connectors.kafka.ProducerGateway;
import dev.recount.schemas.Connection;
import dev.recount.web.SameSite;

/** The one door for feedback over HTTP: of systems, of people with a shell, and of the page. */
final class FeedbackDoor implements Role {
  private final Connection connection;
  private final IntakeOptions intake;
  private final ProducerGateway kafka;

  private FeedbackDoor(Connection connection, IntakeOptions intake, ProducerGateway kafka) {
    this.connection = connection;
    this.intake = intake;
    this.kafka = kafka;
  }

  /** A door with a producer of its own. */
  static FeedbackDoor open(Connection connection, IntakeOptions intake) {
    return new FeedbackDoor(connection, intake, ProducerGateway.connect(connection));
  }

  /** Takes feedback on a server and puts it onto Kafka. */
  void mount(ServerBuilder server) {
    mount(server, connection, kafka, intake);
  }

  /** The same by way of a producer that somebody else closes. */
  static void mount(
      ServerBuilder server, Connection connection, ProducerGateway kafka, IntakeOptions intake) {
    server.service(
        FeedbackService.PATH,
        new FeedbackService(
                new FeedbackParser(),
                new FeedbackProducer(
                    kafka, connection.topics(), connection.newRegistryClient(), intake.redaction()))
            .behind(intake.protection())
            .decorate(SameSite.ofBrowsers(intake.protection().tokens().isPresent())));
  }

  @Override
  public String name() {
    return "feedback";
  }

  @Override
  public Health health() {
    return Health.ready("taken at " + FeedbackService.PATH);
  }

  @Override
  public void close() {
    kafka.close();
  }
}

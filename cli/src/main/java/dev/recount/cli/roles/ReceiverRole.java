package dev.recount.cli.roles;

import dev.recount.cli.UserError;
import dev.recount.cli.output.Text;
import dev.recount.connectors.http.Protection;
import dev.recount.connectors.kafka.ProducerGateway;
import dev.recount.connectors.otlp.OtlpReceiver;
import dev.recount.connectors.otlp.OtlpSettings;
import dev.recount.connectors.otlp.ReceiverStartException;
import dev.recount.connectors.otlp.ReceiverStatistics;
import dev.recount.connectors.otlp.Treatment;
import dev.recount.schemas.Connection;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** Takes in OTLP and puts it onto Kafka. */
final class ReceiverRole implements Role {
  private final ProducerGateway kafka;
  private final OtlpReceiver receiver;

  private ReceiverRole(ProducerGateway kafka, OtlpReceiver receiver) {
    this.kafka = kafka;
    this.receiver = receiver;
  }

  static ReceiverRole start(
      Connection connection, OtlpSettings settings, Protection protection, Treatment treatment) {
    ProducerGateway kafka = ProducerGateway.connect(connection);
    try {
      return new ReceiverRole(kafka, OtlpReceiver.start(settings, kafka, protection, treatment));
    } catch (ReceiverStartException failed) {
      kafka.close();
      boolean grpc = failed.port() == settings.grpcPort();
      throw new UserError(
          String.valueOf(failed.getMessage()),
          "Stop what listens there, or choose another port with "
              + (grpc ? "--otlp-grpc-port" : "--otlp-http-port")
              + " (0 takes any free one).",
          failed);
    }
  }

  /** Where feedback goes that comes in over HTTP. */
  ProducerGateway kafka() {
    return kafka;
  }

  int grpcPort() {
    return receiver.grpcPort();
  }

  int httpPort() {
    return receiver.httpPort();
  }

  @Override
  public String name() {
    return "receiver";
  }

  @Override
  public Health health() {
    ReceiverStatistics statistics = receiver.statistics();
    return Health.ready(
        "OTLP on ports "
            + grpcPort()
            + " and "
            + httpPort()
            + ", taken: "
            + Text.count(statistics.acceptedItems())
            + ", refused: "
            + Text.count(statistics.rejectedItems()));
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    FunctionCounter.builder(
            "recount.receiver.items", receiver, from -> from.statistics().acceptedItems())
        .description("Spans and log records.")
        .tag("outcome", "accepted")
        .register(registry);
    FunctionCounter.builder(
            "recount.receiver.items", receiver, from -> from.statistics().rejectedItems())
        .description("Spans and log records.")
        .tag("outcome", "rejected")
        .register(registry);
    FunctionCounter.builder(
            "recount.receiver.requests.refused",
            receiver,
            from -> from.statistics().refusedRequests())
        .description("Requests of which nothing was taken.")
        .register(registry);
    Gauge.builder(
            "recount.receiver.bytes.in.flight", receiver, from -> from.statistics().bytesInFlight())
        .description("Bytes of request bodies that are held now.")
        .register(registry);
  }

  @Override
  public void close() {
    receiver.close();
    kafka.close();
  }
}

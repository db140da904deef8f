package dev.recount.connectors.otlp;

import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.grpc.GrpcService;
import dev.recount.connectors.http.MemoryBudget;
import dev.recount.connectors.http.Protection;
import dev.recount.connectors.kafka.KafkaGateway;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/**
 * Receives spans and log records over OTLP and puts them onto the topics and in the form that the
 * OpenTelemetry Collector's Kafka exporter uses. A client gets its acknowledgement when Kafka has
 * given its own.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/otlp/">OTLP specification</a>
 */
public final class OtlpReceiver implements AutoCloseable {
  /** What is still in flight when no request has come for this long at the end is cut off. */
  private static final Duration QUIET_PERIOD = Duration.ofMillis(50);

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

  private final Reception reception;
  private final Server grpc;
  private final Server http;
  private final Optional<ContentRetention> retention;

  private OtlpReceiver(
      Reception reception, Server grpc, Server http, Optional<ContentRetention> retention) {
    this.reception = reception;
    this.grpc = grpc;
    this.http = http;
    this.retention = retention;
  }

  /**
   * Starts a receiver that takes requests from anyone, in plain text.
   *
   * @param kafka where records go; stays open when the receiver closes
   * @throws ReceiverStartException when a port cannot be listened on
   */
  public static OtlpReceiver start(OtlpSettings settings, KafkaGateway kafka) {
    return start(settings, kafka, Protection.none(), Treatment.none());
  }

  /**
   * Starts a receiver.
   *
   * @param kafka where records go; stays open when the receiver closes
   * @param protection what stands before both ports
   * @param treatment what is done to telemetry before it is on Kafka
   * @throws ReceiverStartException when a port cannot be listened on
   */
  public static OtlpReceiver start(
      OtlpSettings settings, KafkaGateway kafka, Protection protection, Treatment treatment) {
    Reception reception =
        new Reception(
            kafka, settings.topics(), new MemoryBudget(settings.maximumBytesInFlight()), treatment);
    Server grpc = grpcServer(settings, reception, protection);
    Server http = httpServer(settings, reception, protection);
    start(grpc, "OTLP over gRPC", settings.bindAddress(), settings.grpcPort());
    try {
      start(http, "OTLP over HTTP", settings.bindAddress(), settings.httpPort());
    } catch (ReceiverStartException failed) {
      grpc.close();
      throw failed;
    }
    return new OtlpReceiver(
        reception, grpc, http, treatment.largeContent().map(ContentRetention::start));
  }

  private static Server grpcServer(
      OtlpSettings settings, Reception reception, Protection protection) {
    GrpcService service =
        GrpcService.builder()
            .addService(OtlpGrpcService.define(Signal.TRACES, reception))
            .addService(OtlpGrpcService.define(Signal.LOGS, reception))
            .useMethodMarshaller(true)
            .useBlockingTaskExecutor(true)
            .maxRequestMessageLength(settings.maximumBodyBytes())
            .build();
    return builder(settings, settings.grpcPort(), protection)
        .service(
            service,
            guarded ->
                protection.guard(guarded, request -> OtlpGrpcService.unauthenticated(reception)))
        .build();
  }

  private static Server httpServer(
      OtlpSettings settings, Reception reception, Protection protection) {
    ServerBuilder server = builder(settings, settings.httpPort(), protection);
    int limit = settings.maximumBodyBytes();
    for (Signal signal : Signal.values()) {
      HttpService service =
          protection.guard(
              new OtlpHttpService(signal, reception, limit),
              request -> OtlpHttpService.unauthenticated(request, reception));
      for (String path : signal.paths(settings)) {
        server.service(path, service);
      }
    }
    return server.build();
  }

  private static ServerBuilder builder(OtlpSettings settings, int port, Protection protection) {
    return protection
        .listen(Server.builder(), new InetSocketAddress(settings.bindAddress(), port))
        .maxRequestLength(0) // the services have limits of their own, with replies of their own
        .requestTimeout(settings.requestTimeout())
        .gracefulShutdownTimeout(QUIET_PERIOD, CLOSE_TIMEOUT)
        .disableServerHeader();
  }

  private static void start(Server server, String what, String address, int port) {
    try {
      server.start().join();
    } catch (CompletionException failed) {
      server.close();
      Throwable cause = failed.getCause() == null ? failed : failed.getCause();
      throw new ReceiverStartException(what, address, port, cause);
    }
  }

  /** The port of OTLP over gRPC. */
  public int grpcPort() {
    return grpc.activeLocalPort();
  }

  /** The port of OTLP over HTTP. */
  public int httpPort() {
    return http.activeLocalPort();
  }

  /** Counts since the start. */
  public ReceiverStatistics statistics() {
    return reception.statistics();
  }

  /** Takes no more requests and waits for those in flight, at most 20 s. */
  @Override
  public void close() {
    retention.ifPresent(ContentRetention::close);
    var closing = grpc.closeAsync();
    http.close();
    closing.join();
  }
}

package dev.recount.cli.roles;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import dev.recount.cli.UserError;
import dev.recount.connectors.http.Protection;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recount's own HTTP port: {@code GET /health}, {@code GET /metrics}, and whatever the role serves
 * besides: feedback, the page.
 */
final class ControlServer implements AutoCloseable {
  static final int DEFAULT_PORT = 8090;

  private static final Logger log = LoggerFactory.getLogger(ControlServer.class);

  /** An answer this old is good enough for the next one who asks. */
  private static final Duration FRESH = Duration.ofMillis(500);

  private static final Duration QUIET_PERIOD = Duration.ofMillis(50);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final JsonMapper json = JsonMapper.builder().build();
  private final AtomicReference<@Nullable Answer> last = new AtomicReference<>();
  private final Metrics metrics;
  private final Roles roles;
  private final Server server;

  private record Answer(long nanos, Map<String, Health> health) {}

  private ControlServer(
      Roles roles,
      InetSocketAddress address,
      Protection protection,
      Consumer<ServerBuilder> services) {
    this.roles = roles;
    this.metrics = new Metrics(roles);
    ServerBuilder builder =
        Server.builder()
            .port(address, protocols(protection))
            .gracefulShutdownTimeout(QUIET_PERIOD, CLOSE_TIMEOUT)
            .disableServerHeader()
            .service(
                "/metrics",
                (context, request) ->
                    HttpResponse.of(this::metrics, context.blockingTaskExecutor()))
            .service(
                "/health",
                (context, request) ->
                    HttpResponse.of(this::health, context.blockingTaskExecutor()));
    protection.certificate().ifPresent(builder::tlsProvider);
    services.accept(builder);
    this.server = builder.build();
  }

  /** With a certificate the port speaks both: health is asked for by those who know no TLS. */
  private static List<SessionProtocol> protocols(Protection protection) {
    return protection.encrypted()
        ? List.of(SessionProtocol.HTTP, SessionProtocol.HTTPS)
        : List.of(SessionProtocol.HTTP);
  }

  /**
   * Starts the server.
   *
   * @param protection with a certificate the port speaks TLS too
   * @param services adds whatever else is served here
   * @throws UserError when the port cannot be listened on
   */
  static ControlServer start(
      Roles roles,
      String bindAddress,
      int port,
      Protection protection,
      Consumer<ServerBuilder> services) {
    ControlServer control =
        new ControlServer(roles, new InetSocketAddress(bindAddress, port), protection, services);
    try {
      control.server.start().join();
      return control;
    } catch (CompletionException failed) {
      control.server.close();
      Throwable cause = failed.getCause() == null ? failed : failed.getCause();
      throw new UserError(
          "Cannot listen on " + bindAddress + " port " + port + ": " + cause.getMessage(),
          "Stop what listens there, or choose another port with --http-port (0 takes any free one).",
          cause);
    }
  }

  int port() {
    return server.activeLocalPort();
  }

  private HttpResponse health() {
    Answer answer = last.get();
    long now = System.nanoTime();
    if (answer == null || now - answer.nanos() > FRESH.toNanos()) {
      answer = new Answer(now, roles.health());
      last.set(answer);
    }
    boolean ready = Roles.isReady(answer.health());
    ObjectNode body = json.createObjectNode();
    body.put("status", ready ? "ready" : "not ready");
    Health.put(answer.health(), body.putObject("roles"));
    return HttpResponse.of(
        ready ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE,
        MediaType.JSON_UTF_8,
        body.toPrettyString() + "\n");
  }

  private HttpResponse metrics() {
    try {
      return HttpResponse.of(
          HttpStatus.OK, MediaType.parse(Metrics.CONTENT_TYPE), metrics.scrape());
    } catch (RuntimeException failed) {
      log.error("The metrics cannot be told", failed);
      return HttpResponse.of(
          HttpStatus.INTERNAL_SERVER_ERROR,
          MediaType.PLAIN_TEXT_UTF_8,
          "The metrics cannot be told: %s; the log says more.\n",
          failed);
    }
  }

  @Override
  public void close() {
    server.close();
    metrics.close();
  }
}

package dev.recount.local.registry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpExchange;
import dev.recount.local.http.LoopbackHttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the registry at the root, where Confluent's clients in every language look for it:
 * Apicurio has {@code /subjects} and its siblings under a prefix only, and no setting to change
 * that. Apicurio's own paths pass unchanged.
 */
final class RegistryProxy implements AutoCloseable {
  /** Where Apicurio serves the API of Confluent's registry. */
  static final String CONFLUENT_PREFIX = "/apis/ccompat/v7";

  private static final Logger LOG = LoggerFactory.getLogger(RegistryProxy.class);
  private static final int MAX_REQUEST_BYTES = 16 * 1024 * 1024;
  private static final int THREADS = 16;

  /** Shorter than the 60 s for which Confluent's clients listen, so that they are told why. */
  private static final Duration TIMEOUT = Duration.ofSeconds(55);

  private static final List<String> REQUEST_HEADERS = List.of("Content-Type", "Accept");
  private static final List<String> RESPONSE_HEADERS = List.of("Content-Type", "Location");

  private final String registry;
  private final Supplier<Optional<String>> failure;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();
  private final LoopbackHttpServer server;

  /**
   * @param port the port to listen on; 0 takes a free one
   * @param registryPort the port of Apicurio
   * @param failure why Apicurio's process is gone; empty while it runs
   * @throws IOException if the port cannot be listened on
   */
  RegistryProxy(int port, int registryPort, Supplier<Optional<String>> failure) throws IOException {
    this.failure = failure;
    this.registry = "http://127.0.0.1:" + registryPort;
    this.server = LoopbackHttpServer.start("registry-proxy", port, THREADS, 0, this::handle);
  }

  int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.close();
  }

  static String rewrite(String path) {
    boolean apicurio =
        path.startsWith("/apis")
            || path.startsWith("/health")
            || path.startsWith("/ui")
            || path.startsWith("/q/");
    return apicurio ? path : CONFLUENT_PREFIX + path;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readNBytes(MAX_REQUEST_BYTES + 1);
      if (body.length > MAX_REQUEST_BYTES) {
        answer(
            exchange,
            413,
            "{\"error_code\":413,\"message\":\"The request is larger than 16 MiB\"}");
      } else if (exchange.getRequestURI().getRawPath().equals("/")) {
        // Confluent's registry answers its root with an empty object; clients use that as a health
        // check.
        answer(exchange, 200, "{}");
      } else {
        forward(exchange, body);
      }
    }
  }

  private void forward(HttpExchange exchange, byte[] body) throws IOException {
    HttpResponse<byte[]> response;
    try {
      response = client.send(request(exchange, body), BodyHandlers.ofByteArray());
    } catch (IOException e) {
      LOG.debug("The registry did not answer", e);
      unavailable(exchange, "The schema registry does not answer: " + reason(e));
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      unavailable(exchange, "The schema registry is stopping");
      return;
    }
    for (String header : RESPONSE_HEADERS) {
      response
          .headers()
          .firstValue(header)
          .ifPresent(value -> exchange.getResponseHeaders().set(header, value));
    }
    send(exchange, response.statusCode(), response.body());
  }

  private HttpRequest request(HttpExchange exchange, byte[] body) {
    // The raw forms: a subject may hold an escaped slash.
    String query = exchange.getRequestURI().getRawQuery();
    String path = rewrite(exchange.getRequestURI().getRawPath());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(registry + path + (query == null ? "" : "?" + query)))
            .timeout(TIMEOUT)
            .method(
                exchange.getRequestMethod(),
                body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    for (String header : REQUEST_HEADERS) {
      String value = exchange.getRequestHeaders().getFirst(header);
      if (value != null) {
        request.header(header, value);
      }
    }
    return request.build();
  }

  /** Says what became of the process, if it is gone, and what the connection to it said if not. */
  private String reason(IOException failed) {
    return failure
        .get()
        .orElseGet(
            () -> failed.getMessage() == null ? failed.getClass().getName() : failed.getMessage());
  }

  private static void unavailable(HttpExchange exchange, String message) throws IOException {
    answer(
        exchange,
        503,
        JsonNodeFactory.instance
            .objectNode()
            .put("error_code", 50301)
            .put("message", message)
            .toString());
  }

  private static void answer(HttpExchange exchange, int status, String json) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/vnd.schemaregistry.v1+json");
    send(exchange, status, json.getBytes(StandardCharsets.UTF_8));
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    boolean empty = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, empty ? -1 : body.length);
    if (!empty) {
      try (OutputStream output = exchange.getResponseBody()) {
        output.write(body);
      }
    }
  }
}

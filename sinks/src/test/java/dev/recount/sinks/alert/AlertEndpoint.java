package dev.recount.sinks.alert;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP server that takes whatever it is told, as an Alertmanager or a webhook would. */
final class AlertEndpoint implements AutoCloseable {
  /** What it was told, in order. */
  final List<Request> requests = new CopyOnWriteArrayList<>();

  private final HttpServer server;
  private volatile int status = 200;
  private volatile String location = "";

  /** One request; names of headers as Java's server writes them, as in {@code Content-type}. */
  record Request(String method, String path, Map<String, List<String>> headers, String body) {
    String header(String name) {
      return headers.getOrDefault(name, List.of("")).get(0);
    }
  }

  AlertEndpoint() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    server.createContext("/", this::take);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** From now on it answers so. */
  void answers(int other) {
    status = other;
  }

  /** From now on it sends whoever comes elsewhere. */
  void redirects(int how, String where) {
    location = where;
    status = how;
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      int answer = status;
      if (answer == 200) {
        requests.add(
            new Request(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getPath(),
                Map.copyOf(exchange.getRequestHeaders()),
                body));
      }
      if (answer / 100 == 3) {
        exchange.getResponseHeaders().set("Location", location);
      }
      exchange.sendResponseHeaders(answer, -1);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}

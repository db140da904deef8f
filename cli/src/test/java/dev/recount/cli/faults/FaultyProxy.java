package dev.recount.cli.faults;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Stands between the sinks and ClickHouse, and fails the way that ClickHouse and networks do. */
final class FaultyProxy implements AutoCloseable {
  private static final Duration ANSWER = Duration.ofSeconds(30);
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final int SERVER_ERROR = 500;
  private static final int BAD_GATEWAY = 502;
  private static final String CODE = "X-ClickHouse-Exception-Code";

  /** What the JDK's client and server see to themselves. */
  private static final Set<String> HOP_BY_HOP =
      Set.of(
          "connection",
          "content-length",
          "expect",
          "host",
          "http2-settings",
          "transfer-encoding",
          "upgrade");

  /** What becomes of requests. */
  sealed interface Behaviour {}

  /** They pass. */
  record Pass() implements Behaviour {}

  /** Nobody listens. */
  record Down() implements Behaviour {}

  /** They are taken and never answered. */
  record Hang() implements Behaviour {}

  /** They pass, and the answer takes its time. */
  record Slow(Duration delay) implements Behaviour {}

  /** Inserts are refused as ClickHouse refuses them; the rest passes. */
  record Refuse(int code, String message) implements Behaviour {}

  /** Inserts are done, and the connection ends before the answer; the rest passes. */
  record CutOff() implements Behaviour {}

  private final URI upstream;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ExecutorService threads = Executors.newCachedThreadPool(FaultyProxy::daemon);
  private final AtomicInteger hits = new AtomicInteger();
  private final AtomicInteger cutOff = new AtomicInteger();
  private final int port;
  private volatile Behaviour behaviour = new Pass();
  private @Nullable HttpServer server;

  private FaultyProxy(URI upstream) {
    this.upstream = upstream;
    HttpServer listening = listen(0);
    this.server = listening;
    this.port = listening.getAddress().getPort();
  }

  static FaultyProxy before(String url) {
    return new FaultyProxy(URI.create(url));
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "faulty-proxy");
    thread.setDaemon(true);
    return thread;
  }

  private HttpServer listen(int onPort) {
    try {
      HttpServer listening =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), onPort), 0);
      listening.createContext("/", this::handle);
      listening.setExecutor(threads);
      listening.start();
      return listening;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  /** Behaves like this from now on; requests that hang are dropped. */
  synchronized void behave(Behaviour now) {
    hits.set(0);
    cutOff.set(0);
    behaviour = now;
    HttpServer running = server;
    if (now instanceof Down && running != null) {
      running.stop(0);
      server = null;
    } else if (!(now instanceof Down) && running == null) {
      server = listen(port);
    }
  }

  /** Inserts that were done and whose answer was kept back, since the behaviour changed. */
  int cutOffInserts() {
    return cutOff.get();
  }

  /** Inserts that the present behaviour has met. */
  int hits() {
    return hits.get();
  }

  private void handle(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    Behaviour now = behaviour;
    boolean insert = isInsert(exchange.getRequestURI(), body);
    if (insert && !(now instanceof Pass)) {
      hits.incrementAndGet();
    }
    if (now instanceof Hang) {
      while (behaviour.equals(now)) {
        LockSupport.parkNanos(LOOK.toNanos());
      }
      exchange.close();
    } else if (now instanceof Refuse refuse && insert) {
      exchange.getResponseHeaders().set(CODE, Integer.toString(refuse.code()));
      byte[] message =
          ("Code: " + refuse.code() + ". DB::Exception: " + refuse.message() + "\n")
              .getBytes(StandardCharsets.UTF_8);
      answer(exchange, SERVER_ERROR, message);
    } else {
      pass(exchange, body, now, insert);
    }
  }

  private void pass(HttpExchange exchange, byte[] body, Behaviour now, boolean insert)
      throws IOException {
    Optional<HttpResponse<byte[]>> response = forward(exchange, body);
    if (response.isEmpty()) {
      answer(exchange, BAD_GATEWAY, new byte[0]);
      return;
    }
    if (now instanceof Slow slow) {
      LockSupport.parkNanos(slow.delay().toNanos());
    }
    if (now instanceof CutOff && insert && response.get().statusCode() < SERVER_ERROR) {
      cutOff.incrementAndGet();
      exchange.close();
      return;
    }
    response
        .get()
        .headers()
        .map()
        .forEach(
            (name, values) -> {
              if (!HOP_BY_HOP.contains(name.toLowerCase(Locale.ROOT))) {
                exchange.getResponseHeaders().put(name, List.copyOf(values));
              }
            });
    answer(exchange, response.get().statusCode(), response.get().body());
  }

  /** What ClickHouse answers; empty when it does not. */
  private Optional<HttpResponse<byte[]>> forward(HttpExchange exchange, byte[] body)
      throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(upstream.resolve(exchange.getRequestURI()))
            .timeout(ANSWER)
            .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) -> {
              if (!HOP_BY_HOP.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
              }
            });
    try {
      return Optional.of(client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray()));
    } catch (IOException away) {
      return Optional.empty();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static boolean isInsert(URI uri, byte[] body) {
    String query = uri.getQuery() == null ? "" : uri.getQuery();
    String begin =
        new String(body, 0, Math.min(body.length, 20), StandardCharsets.ISO_8859_1).strip();
    return query.contains("INSERT") || begin.startsWith("INSERT");
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public synchronized void close() {
    behaviour = new Down();
    if (server != null) {
      server.stop(0);
      server = null;
    }
    threads.shutdownNow();
  }
}

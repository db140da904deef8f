package dev.recount.local.http;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The JDK's HTTP server on the loopback interface, with threads of its own and {@link LoopbackOnly}
 * in front.
 */
public final class LoopbackHttpServer implements AutoCloseable {
  static {
    // Read once, when the JDK's server classes load. Without the first, every small answer waits 40
    // ms for Nagle's
    // algorithm; the others keep connections that clients pool from being closed under them.
    setDefault("sun.net.httpserver.nodelay", "true");
    setDefault("sun.net.httpserver.maxIdleConnections", "1000");
    setDefault("sun.net.httpserver.idleInterval", "300");
  }

  private static final int BACKLOG = 1024;

  private final HttpServer server;
  private final ExecutorService threads;

  private LoopbackHttpServer(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * Starts a server.
   *
   * @param name what its threads are called
   * @param port the port to listen on; 0 takes a free one
   * @param threadCount how many requests are served at once; further ones wait
   * @param stackBytes the stack of each thread in bytes; 0 leaves it to the JVM
   * @param handler serves every path
   * @throws IOException if the port cannot be listened on
   */
  public static LoopbackHttpServer start(
      String name, int port, int threadCount, long stackBytes, HttpHandler handler)
      throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
    AtomicInteger number = new AtomicInteger();
    ExecutorService threads =
        Executors.newFixedThreadPool(
            threadCount,
            work -> {
              Thread thread =
                  new Thread(null, work, name + "-" + number.incrementAndGet(), stackBytes);
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    server.createContext("/", handler).getFilters().add(new LoopbackOnly());
    server.start();
    return new LoopbackHttpServer(server, threads);
  }

  /** The port it listens on. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** Stops listening and gives running requests a second to end. */
  @Override
  public void close() {
    server.stop(1);
    threads.shutdown();
    try {
      if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}

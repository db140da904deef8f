package dev.recount.benchmarks;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * {@code recount up --ephemeral} in a process of its own, as a user would run it, at free ports.
 */
final class UpProcess implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(3);
  private static final Duration STOP = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final HttpClient http = HttpClient.newHttpClient();
  private final int kafkaPort = freePort();
  private final int clickHousePort = freePort();
  private final int otlpPort = freePort();
  private final int controlPort = freePort();
  private final Process process;
  private final double startSeconds;

  /**
   * Starts it and waits until every role is ready.
   *
   * @param launcher the {@code recount} script
   * @param settings topology settings that differ from the defaults
   * @param log where its output goes
   */
  UpProcess(Path launcher, Map<String, String> settings, Path log)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                launcher.toString(),
                "up",
                "--ephemeral",
                "--kafka-port=" + kafkaPort,
                "--registry-port=0",
                "--clickhouse-port=" + clickHousePort,
                "--otlp-grpc-port=0",
                "--otlp-http-port=" + otlpPort,
                "--http-port=" + controlPort));
    settings.forEach((name, value) -> command.addAll(List.of("--set", name + "=" + value)));
    long began = System.nanoTime();
    process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      awaitReady(log);
    } catch (IOException | InterruptedException | RuntimeException failed) {
      close();
      throw failed;
    }
    startSeconds = (System.nanoTime() - began) / 1e9;
  }

  private void awaitReady(Path log) throws IOException, InterruptedException {
    HttpRequest health =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + controlPort + "/health")).build();
    long deadline = System.nanoTime() + START.toNanos();
    while (System.nanoTime() < deadline) {
      if (!process.isAlive()) {
        throw new IllegalStateException("recount up ended: " + Files.readString(log));
      }
      if (isReady(health)) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    }
    throw new IllegalStateException("recount up is not ready after " + START + ", see " + log);
  }

  private boolean isReady(HttpRequest health) throws InterruptedException {
    try {
      return http.send(health, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException notListening) {
      return false;
    }
  }

  double startSeconds() {
    return startSeconds;
  }

  String bootstrapServers() {
    return "127.0.0.1:" + kafkaPort;
  }

  URI otlpTraces() {
    return URI.create("http://127.0.0.1:" + otlpPort + "/v1/traces");
  }

  URI clickHouse() {
    return URI.create("http://127.0.0.1:" + clickHousePort + "/?database=recount");
  }

  /** The process and those that it started, by what they are. */
  List<ProcessUsage> processes() {
    List<ProcessUsage> processes = new ArrayList<>();
    processes.add(
        new ProcessUsage("recount up (Kafka, Connect, topology, receiver)", process.pid()));
    process
        .descendants()
        .forEach(child -> processes.add(new ProcessUsage(nameOf(child), child.pid())));
    return processes;
  }

  private static String nameOf(ProcessHandle child) {
    String command;
    try {
      command = Files.readString(Path.of("/proc", Long.toString(child.pid()), "cmdline"));
    } catch (IOException gone) {
      return "ended";
    }
    if (command.contains("ClickHouseServer")) {
      return "ClickHouse engine";
    }
    return command.contains("quarkus") ? "schema registry" : "other child";
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException failed) {
      throw new IllegalStateException("No free port", failed);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}

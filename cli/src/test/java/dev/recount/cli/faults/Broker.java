package dev.recount.cli.faults;

import dev.recount.local.process.ChildProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A Kafka broker in a process of its own, on the same port and data from one start to the next. */
final class Broker implements AutoCloseable {
  /** After an end without farewell it looks through its logs first. */
  private static final Duration START = Duration.ofMinutes(3);

  private final Path folder;
  private final int port;
  private ChildProcess process;

  private Broker(Path folder, int port) {
    this.folder = folder;
    this.port = port;
    this.process = launch(folder, port);
  }

  static Broker start(Path folder, int port) {
    return new Broker(folder, port);
  }

  private static ChildProcess launch(Path folder, int port) {
    return ChildProcess.start(
        "Kafka",
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx384m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            BrokerMain.class.getName(),
            folder.resolve("data").toString(),
            Integer.toString(port)),
        folder.resolveSibling(folder.getFileName() + ".log"),
        line -> line.equals(BrokerMain.READY) ? Optional.of(line) : Optional.empty(),
        START);
  }

  String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  long processId() {
    return process.processId();
  }

  /** kill -9. */
  void kill() {
    process.kill();
  }

  /** Lets it close its logs. */
  void stop() {
    process.close();
  }

  /** Starts it again after its end. */
  void startAgain() {
    process = launch(folder, port);
  }

  /** Waits until it has ended by itself. */
  void awaitEnd() {
    Patience.await("the end of the broker", () -> process.failure().isPresent());
  }

  @Override
  public void close() {
    process.close();
  }
}

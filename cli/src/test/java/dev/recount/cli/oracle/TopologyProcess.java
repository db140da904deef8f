package dev.recount.cli.oracle;

import dev.recount.cli.Main;
import dev.recount.local.process.ParentWatch;
import dev.recount.schemas.Connection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code recount topology} in a JVM of its own, which can be killed without a word of warning. */
final class TopologyProcess implements AutoCloseable {
  private static final long STOP_SECONDS = 90;

  private final Process process;
  private final Path log;

  private TopologyProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * Starts an instance.
   *
   * @param folder its state, kept from one start to the next
   */
  static TopologyProcess start(Connection connection, Path folder, Map<String, String> settings) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    // It goes with this JVM, however this one ends.
    command.add(ParentWatch.class.getName());
    command.add(Main.class.getName());
    command.add("topology");
    command.addAll(List.of("--bootstrap-servers", connection.bootstrapServers()));
    command.addAll(List.of("--schema-registry-url", connection.schemaRegistryUrl()));
    command.addAll(List.of("--topic-prefix", connection.topics().prefix()));
    command.addAll(List.of("--state-dir", folder.resolve("state").toString()));
    command.addAll(List.of("--http-port", "0"));
    settings.forEach((name, value) -> command.addAll(List.of("--set", name + "=" + value)));
    try {
      Files.createDirectories(folder);
      Path log = folder.resolve("topology.log");
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      return new TopologyProcess(process, log);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Fails with the end of the process's output when it has ended by itself. */
  void requireAlive() {
    if (!process.isAlive()) {
      throw new IllegalStateException(
          "The topology ended with exit code " + process.exitValue() + ":\n" + output());
    }
  }

  String output() {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    } catch (IOException failed) {
      return failed.toString();
    }
  }

  /** kill -9. */
  void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** Lets it finish what it is doing and leave the group. */
  void stop() {
    process.destroy();
    awaitEnd();
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("The topology did not stop:\n" + output());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      stop();
    }
  }
}

package dev.recount.cli.secured;

import dev.recount.cli.Main;
import dev.recount.local.process.ParentWatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code recount} in a process of its own, and everything that it says. */
public final class RoleProcess implements AutoCloseable {
  private static final long STOP_SECONDS = 90;

  private final Process process;
  private final Path log;

  private RoleProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  static RoleProcess start(Path log, Map<String, String> environment, List<String> arguments) {
    return start(log, "256m", environment, arguments);
  }

  /**
   * Starts {@code recount} with arguments.
   *
   * @param log to which its output is added
   * @param heap the most that its heap may take
   */
  public static RoleProcess start(
      Path log, String heap, Map<String, String> environment, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx" + heap,
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    // It goes with this JVM, however this one ends.
    command.addAll(List.of(ParentWatch.class.getName(), Main.class.getName()));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    try {
      return new RoleProcess(builder.start(), log);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** What it has said so far, on both of its outputs. */
  public String output() {
    try {
      return Files.readString(log);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** The end of it, and whether there may be more. */
  public String lastLines(int most) {
    List<String> lines = output().lines().toList();
    String end = String.join("\n", lines.subList(Math.max(0, lines.size() - most), lines.size()));
    return end + (isAlive() ? "\n(goes on)" : "\n(ended with " + process.exitValue() + ")");
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Which process it is. */
  public long processId() {
    return process.pid();
  }

  /** kill -9. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** What everybody on the machine can read of it. */
  String inProcessList() {
    try {
      return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Waits until it has ended by itself. */
  public int awaitEnd() {
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("It does not end:\n" + output());
      }
      return process.exitValue();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  @Override
  public void close() {
    process.destroy();
    awaitEnd();
  }
}

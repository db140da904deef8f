package dev.recount.cli.oracle;

import dev.recount.cli.replay.InterruptedReplay;
import dev.recount.local.process.ParentWatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A replay in a JVM of its own, which ends itself or is ended without a word of warning. */
final class ReplayProcess {
  private static final long PATIENCE_SECONDS = OracleStack.PATIENCE.toSeconds();

  private final Process process;
  private final Path log;

  private ReplayProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * Starts one.
   *
   * @param step where it ends itself; empty for never
   */
  static ReplayProcess start(OracleStack stack, String step, String... settings) {
    Path folder = stack.folder("replay");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    // It goes with this JVM, however this one ends.
    command.add(ParentWatch.class.getName());
    command.add(InterruptedReplay.class.getName());
    command.add(stack.connection().bootstrapServers());
    command.add(stack.connection().schemaRegistryUrl());
    command.add(stack.target().url());
    command.add(folder.toString());
    command.add(step);
    command.addAll(List.of(settings));
    try {
      Files.createDirectories(folder);
      Path log = folder.resolveSibling("replay.log");
      return new ReplayProcess(
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start(),
          log);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** kill -9. */
  void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** Waits until it has ended, and returns its exit code. */
  int awaitEnd() {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("The replay did not end:\n" + output());
      }
      return process.exitValue();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
      throw new IllegalStateException(interrupted);
    }
  }

  String output() {
    try {
      return Files.readString(log);
    } catch (IOException failed) {
      return failed.toString();
    }
  }
}

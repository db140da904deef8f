package dev.recount.local.install;

import dev.recount.local.process.StackException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs the tool that fetches a component: npm or Maven, with whatever settings and mirrors the user
 * has.
 */
final class FetchTool {
  private static final long LIMIT_MINUTES = 20;
  private static final int TAIL_LINES = 15;

  private FetchTool() {}

  /**
   * Runs a tool to its end, in a scratch folder that is deleted afterwards.
   *
   * @param component what is fetched, as the user knows it
   * @param command the tool and its arguments, all paths absolute
   * @param remedies what the user can do if it is missing or fails: one sentence
   * @throws StackException if it cannot be run or fails
   */
  static void run(String component, List<String> command, String remedies) {
    String tool = command.get(0);
    try {
      Path scratch = Files.createTempDirectory("recount-fetch");
      try {
        Path log = scratch.resolve("output.log");
        Process process =
            new ProcessBuilder(command)
                .directory(scratch.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        // Neither tool has anything to ask; without input it cannot wait for an answer.
        process.getOutputStream().close();
        await(component, process, tool);
        if (process.exitValue() != 0) {
          throw new StackException(
              tool
                  + " could not fetch "
                  + component
                  + ". It said:\n"
                  + tailOf(log)
                  + "\n"
                  + remedies);
        }
      } finally {
        Folders.delete(scratch);
      }
    } catch (IOException e) {
      throw new StackException(
          component
              + " is fetched with "
              + tool
              + " on first use, which could not be run ("
              + e.getMessage()
              + "). "
              + remedies,
          e);
    }
  }

  private static void await(String component, Process process, String tool) {
    try {
      if (process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
        return;
      }
      process.destroyForcibly();
      throw new StackException(
          tool + " did not fetch " + component + " within " + LIMIT_MINUTES + " minutes.");
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new StackException("Fetching " + component + " was interrupted.", e);
    }
  }

  private static String tailOf(Path log) throws IOException {
    // Tools write in whatever encoding they please; a wrong character must not hide the message.
    List<String> lines =
        new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
    try (Stream<String> tail = lines.stream().skip(Math.max(0, lines.size() - TAIL_LINES))) {
      return String.join("\n", tail.map(line -> "  " + line).toList());
    }
  }
}

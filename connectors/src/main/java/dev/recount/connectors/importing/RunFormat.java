package dev.recount.connectors.importing;

import java.nio.file.Path;

/** A format of files with recorded runs. */
public interface RunFormat {
  /** Name on the command line, for instance {@code tau-bench}. */
  String name();

  /**
   * Opens a file and finds its runs.
   *
   * @throws ImportException when the file cannot be read or is not in this format
   */
  RunFile open(Path file);

  /** Whether a call of this tool hands the case to a human. */
  boolean isEscalation(String toolName);

  /** Whether a tool result reports a failure. */
  boolean isError(String toolResult);
}

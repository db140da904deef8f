package dev.recount.connectors.importing;

import java.nio.file.Path;

/**
 * Result files of τ-bench: a JSON array of runs, each with {@code task_id}, {@code trial}, {@code
 * reward}, {@code info} and the chat in {@code traj}.
 *
 * @see <a href="https://github.com/sierra-research/tau-bench">tau-bench</a>
 */
public final class TauBenchFormat implements RunFormat {
  private static final String TRANSFER = "transfer_to_human_agents";
  private static final String ERROR = "Error";

  @Override
  public String name() {
    return "tau-bench";
  }

  @Override
  public RunFile open(Path file) {
    return TauBenchFile.open(file);
  }

  @Override
  public boolean isEscalation(String toolName) {
    return toolName.equals(TRANSFER);
  }

  @Override
  public boolean isError(String toolResult) {
    return toolResult.startsWith(ERROR);
  }
}

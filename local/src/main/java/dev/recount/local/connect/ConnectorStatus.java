package dev.recount.local.connect;

import java.util.List;

/**
 * How a connector and its tasks are.
 *
 * @param name the connector
 * @param state RUNNING, PAUSED, STOPPED, FAILED, RESTARTING or UNASSIGNED
 * @param trace the stack trace of its failure; empty if it has not failed
 * @param tasks its tasks, by number; empty until they have been configured
 */
public record ConnectorStatus(String name, String state, String trace, List<TaskStatus> tasks) {
  private static final String RUNNING = "RUNNING";
  private static final String FAILED = "FAILED";

  /** Copies the tasks. */
  public ConnectorStatus {
    tasks = List.copyOf(tasks);
  }

  /** Whether the connector runs, and at least one task, and every task there is. */
  public boolean isRunning() {
    return state.equals(RUNNING)
        && !tasks.isEmpty()
        && tasks.stream().allMatch(task -> task.state().equals(RUNNING));
  }

  /** Whether the connector or one of its tasks has failed. */
  public boolean isFailed() {
    return state.equals(FAILED) || tasks.stream().anyMatch(task -> task.state().equals(FAILED));
  }

  /** Why the connector or the first of its tasks failed, in one line; empty if none has. */
  public String reason() {
    if (!trace.isEmpty()) {
      return firstLine(trace);
    }
    return tasks.stream()
        .filter(task -> task.state().equals(FAILED))
        .map(task -> "task " + task.number() + ": " + firstLine(task.trace()))
        .findFirst()
        .orElse("");
  }

  private static String firstLine(String trace) {
    return trace.lines().findFirst().orElse("no reason given");
  }

  /**
   * How a task is.
   *
   * @param number its number, from 0
   * @param state RUNNING, PAUSED, FAILED, RESTARTING or UNASSIGNED
   * @param trace the stack trace of its failure; empty if it has not failed
   */
  public record TaskStatus(int number, String state, String trace) {}
}

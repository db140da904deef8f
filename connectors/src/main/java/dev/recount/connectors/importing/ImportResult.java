package dev.recount.connectors.importing;

import java.util.List;

/**
 * What an import has sent, all of it acknowledged.
 *
 * @param feedback all feedback events, escalations among them
 * @param successes runs with a reward of 1
 * @param escalations runs' calls that handed over to a human
 * @param toolErrors tool calls whose result reports a failure
 * @param traceIds one per run, in the order of the file
 */
public record ImportResult(
    int spans,
    int snapshots,
    int decisions,
    int feedback,
    int successes,
    int escalations,
    int toolErrors,
    List<String> traceIds) {
  /** Copies the list. */
  public ImportResult {
    traceIds = List.copyOf(traceIds);
  }

  /** Number of different traces: a run that is twice in the file is one trace. */
  public int traces() {
    return (int) traceIds.stream().distinct().count();
  }
}

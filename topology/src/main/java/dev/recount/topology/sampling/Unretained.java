package dev.recount.topology.sampling;

/**
 * Which rows of traces that are not kept are emitted all the same.
 *
 * @param trace the trace's own
 * @param decisions its decisions and the verdicts on them
 * @param snapshots manifests of its context snapshots
 */
public record Unretained(boolean trace, boolean decisions, boolean snapshots) {
  /** All of them. */
  public static final Unretained ALL_ROWS = new Unretained(true, true, true);
}

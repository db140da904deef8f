package dev.recount.topology.evaluation;

/**
 * What evaluators want done about a single event as it comes in.
 *
 * @param suspect whether one wants it judged at once
 * @param inTrace whether one that does can judge it only together with the rest of the trace
 * @param evidence whether one wants to see it because what it will say of others rests on it
 */
public record Suspicion(boolean suspect, boolean inTrace, boolean evidence) {
  /** Nobody wants anything. */
  public static final Suspicion NONE = new Suspicion(false, false, false);
}

package dev.recount.topology.sampling;

import org.jspecify.annotations.Nullable;

/**
 * What the rules say of a trace.
 *
 * @param retained whether its spans and its context are kept
 * @param rule name of the rule that says so
 * @param weight how many traces it stands for, when it is kept; 0 when it is not: then those that
 *     are kept stand for it
 * @param threshold OpenTelemetry's sampling threshold: of 2^56 traces of its kind so many are
 *     dropped
 */
public record Verdict(boolean retained, String rule, double weight, long threshold) {

  /**
   * The trace state of a kept span: what it was, with the threshold, and with the randomness where
   * the trace ID does not yield it.
   *
   * @param before its trace state as it came; null for none
   */
  public static String traceState(String traceId, @Nullable String before, long threshold) {
    TraceState state = TraceState.parse(before);
    return state.with(threshold, Randomness.of(traceId, state).stated()).toString();
  }
}

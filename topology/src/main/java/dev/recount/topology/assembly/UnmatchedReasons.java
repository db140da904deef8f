package dev.recount.topology.assembly;

/** Why feedback is not joined to a trace. */
final class UnmatchedReasons {
  /** Neither the trace nor the alias that the feedback names came within the wait. */
  static final String TRACE_NEVER_CAME = "trace_never_came";

  /** The alias that the feedback names occurs in several traces. */
  static final String AMBIGUOUS = "ambiguous";

  private UnmatchedReasons() {}
}

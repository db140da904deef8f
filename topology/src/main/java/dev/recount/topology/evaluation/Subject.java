package dev.recount.topology.evaluation;

/** What verdicts are about. */
public enum Subject {
  /** Traces as a whole. */
  TRACE,
  /** Decisions, and the trace that they belong to. */
  DECISION
}

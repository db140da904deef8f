package dev.recount.topology;

/** Bits of {@code TraceEvent.hints}: what a payload says, for filing it without decoding it. */
public final class Hints {
  /** A span that names no parent. */
  public static final int ROOT = 1;

  /** A span that has ended. */
  public static final int ENDED = 2;

  /** A span that failed. */
  public static final int ERROR = 4;

  /** Feedback that reports an escalation or a rollback. */
  public static final int ESCALATION = 8;

  /** A span that is a decision. */
  public static final int DECISION = 16;

  /** An event for which an evaluator wants its trace judged at once. */
  public static final int SUSPECT = 32;

  private Hints() {}
}

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

  /** An event that an evaluator wants judged at once. */
  public static final int SUSPECT = 32;

  /** An event that an evaluator wants to see by itself, for what it will say of later ones. */
  public static final int EVIDENCE = 64;

  /** A suspect event that can be judged only together with the rest of its trace. */
  public static final int IN_TRACE = 128;

  private Hints() {}
}

package dev.recount.cli;

/** Exit codes of every command. */
public final class ExitCodes {
  /** The command did what it was asked to. */
  public static final int DONE = 0;

  /** It failed. */
  public static final int FAILED = 1;

  /** It was called in a way that it does not understand. */
  public static final int WRONG_USAGE = 2;

  private ExitCodes() {}
}

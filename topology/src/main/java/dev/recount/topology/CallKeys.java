package dev.recount.topology;

/**
 * Keys in the log of tool calls that are asked for in one trace and answered in another: {@code
 * call:<hash>}.
 */
public final class CallKeys {
  private static final String PREFIX = "call:";

  private CallKeys() {}

  /** The key of a call by its hash. */
  public static String of(String call) {
    return PREFIX + call;
  }

  /** Whether a key of the log is that of a call. */
  public static boolean isCall(String key) {
    return key.startsWith(PREFIX);
  }
}

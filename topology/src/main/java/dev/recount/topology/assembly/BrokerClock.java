package dev.recount.topology.assembly;

/**
 * What the broker's clock shows, by this process' clock and by how far the broker's was ahead of it
 * when the last entry came. The log's timers are due by the broker's clock: where this machine's is
 * behind it, an idle partition would be looked after too late.
 */
final class BrokerClock {
  /** An entry that is older than this has waited to be read, and tells nothing of clocks. */
  private static final long FRESH_MILLIS = 60_000;

  private long ahead;

  /**
   * Takes note of an entry; all times in milliseconds since the Unix epoch.
   *
   * @param appended when the broker says that it took it
   * @param wallClock what this process' clock shows now
   */
  void observe(long appended, long wallClock) {
    if (appended > wallClock - FRESH_MILLIS) {
      ahead = Math.max(0, appended - wallClock);
    }
  }

  /** What the broker's clock shows when this process' shows something. */
  long at(long wallClock) {
    return wallClock + ahead;
  }
}

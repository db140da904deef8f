package dev.recount.web.query;

/**
 * From when to when traces started. One whose clock is wrong by decades would squeeze all others
 * into one column of a picture: those that are flagged so do not count, unless all of them are.
 */
final class PlausibleTimes {
  private static final String PLAUSIBLE = "NOT has(flags, 'implausible_time')";

  /** The columns {@code first_us} and {@code last_us}, in microseconds since the Unix epoch. */
  static final String EXTENT =
      " toUnixTimestamp64Micro(if(countIf("
          + PLAUSIBLE
          + ") > 0, minIf(started_at, "
          + PLAUSIBLE
          + "), min(started_at))) AS first_us, toUnixTimestamp64Micro(if(countIf("
          + PLAUSIBLE
          + ") > 0, maxIf(started_at, "
          + PLAUSIBLE
          + "), max(started_at))) AS last_us";

  private PlausibleTimes() {}
}

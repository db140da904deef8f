package dev.recount.cli.demo;

/**
 * How the new version of an agent takes the place of the old one.
 *
 * @param old the one
 * @param successor the other
 * @param early share of the runs that the new version gets in the first half of the time, once it
 *     is there
 * @param late and in the second
 */
record Rollout(Profile old, Profile successor, double early, double late) {
  /** Until then there is the old version alone, as before any release. */
  private static final double RELEASE = 0.1;

  private static final double HALF_TIME = 0.5;

  /**
   * Most runs move to the new version at half-time. Some go the other way round before and after,
   * without which nothing would tell the version from the time.
   */
  static Rollout atHalfTime(Profile old, Profile successor) {
    return new Rollout(old, successor, 0.25, 0.75);
  }

  /** Either version gets one run of two, all the time. */
  static Rollout sideBySide(Profile old, Profile successor) {
    return new Rollout(old, successor, 0.5, 0.5);
  }

  /**
   * The version that a run has.
   *
   * @param time from 0, the start, to 1, the end
   * @param point from 0, inclusive, to 1, exclusive: where in the distribution the run is
   */
  Profile at(double time, double point) {
    double share = time < RELEASE ? 0 : time < HALF_TIME ? early : late;
    return point < share ? successor : old;
  }
}

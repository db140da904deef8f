package dev.recount.cli.bisect;

import dev.recount.cli.bisect.statistics.ChangePoint.Interval;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * Values over time as a line of little bars, one for each interval, with a mark where the change
 * was.
 *
 * @param from where the first interval begins
 * @param change where the mark stands
 * @param length length of an interval
 * @param count number of intervals
 */
record Sparkline(Instant from, Instant change, Duration length, int count) {
  private static final String BARS = "▁▂▃▄▅▆▇█";

  /**
   * Draws values.
   *
   * @param intervals in any order; those that are missing are left blank
   * @param value value of an interval; left blank where it is no number
   * @param least value of the lowest bar
   * @param greatest value of the highest bar
   */
  String draw(
      List<Interval> intervals, ToDoubleFunction<Interval> value, double least, double greatest) {
    Map<Long, Double> values = new HashMap<>();
    intervals.forEach(
        interval -> values.put(index(interval.start()), value.applyAsDouble(interval)));
    StringBuilder line = new StringBuilder();
    long mark = index(change);
    for (long i = 0; i < count; i++) {
      if (i == mark) {
        line.append('│');
      }
      double here = values.getOrDefault(i, Double.NaN);
      line.append(Double.isNaN(here) ? ' ' : bar(here, least, greatest));
    }
    return line.toString();
  }

  private long index(Instant time) {
    // From the middle of an interval on the next one is nearer.
    return Math.round((double) Duration.between(from, time).toNanos() / length.toNanos());
  }

  private static char bar(double value, double least, double greatest) {
    double height = greatest > least ? (value - least) / (greatest - least) : 1;
    long step = Math.round(height * (BARS.length() - 1));
    return BARS.charAt((int) Math.max(0, Math.min(BARS.length() - 1, step)));
  }

  /** The least mean of any interval; empty where there is none. */
  static OptionalDouble least(List<Interval> intervals) {
    return intervals.stream().mapToDouble(interval -> interval.moments().mean()).min();
  }

  /** The greatest mean of any interval; empty where there is none. */
  static OptionalDouble greatest(List<Interval> intervals) {
    return intervals.stream().mapToDouble(interval -> interval.moments().mean()).max();
  }
}

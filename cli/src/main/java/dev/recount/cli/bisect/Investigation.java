package dev.recount.cli.bisect;

import dev.recount.cli.UserError;
import dev.recount.cli.bisect.Regression.Suspect;
import dev.recount.cli.bisect.TraceSource.Extent;
import dev.recount.cli.bisect.statistics.Bisection;
import dev.recount.cli.bisect.statistics.ChangePoint;
import dev.recount.cli.bisect.statistics.ChangePoint.Interval;
import dev.recount.cli.bisect.statistics.Criteria;
import dev.recount.cli.bisect.statistics.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Looks for what made a measure worse: asks the tables, and lets statistics judge. */
final class Investigation {
  /** Moments among which the change is looked for. */
  private static final int MOMENTS = 200;

  /** Columns of a chart: fewer where there would be hardly a trace to each. */
  private static final int MOST_CHART_INTERVALS = 60;

  private static final int FEWEST_CHART_INTERVALS = 12;
  private static final int TRACES_OF_A_COLUMN = 5;

  private static final int SUSPECTS = 5;
  private static final int EXAMPLES = 3;

  private final Scope scope;
  private final Criteria criteria;
  private final TraceSource traces;

  Investigation(TraceSource.Tables tables, Scope scope, double significance) {
    this.scope = scope;
    this.criteria = Criteria.usual(scope.measure().higherIsBetter()).withSignificance(significance);
    this.traces = new TraceSource(tables, scope);
  }

  /**
   * Looks at a time.
   *
   * @param change from when on traces count as after; empty to look for a change
   * @throws UserError when there is nothing to compare
   */
  Regression between(Instant from, Optional<Instant> change, Instant to) {
    Extent extent =
        traces
            .extent(from, to)
            .orElseThrow(
                () ->
                    new UserError(
                        "No settled trace from " + from + " to " + to + " has " + lacking() + ".",
                        "Look at another time with --from and --to, or at another --measure."));
    Optional<ChangePoint> found = change.isPresent() ? Optional.empty() : changePoint(extent);
    Instant at = change.or(() -> found.map(ChangePoint::at)).orElseGet(() -> middle(extent));
    Window window = new Window(extent.first(), at, extent.end());
    Verdict verdict = Bisection.search(traces.cells(window), criteria);
    if (verdict.before().traces() == 0 || verdict.after().traces() == 0) {
      throw new UserError(
          "All of the traces ran "
              + (verdict.before().traces() == 0 ? "after " : "before ")
              + at
              + ": there is nothing to compare them with.",
          "Choose another --change, between " + extent.first() + " and " + extent.end() + ".");
    }
    Duration interval =
        parts(extent, chartIntervals(verdict.before().traces() + verdict.after().traces()));
    return new Regression(
        scope,
        window,
        found,
        change.isPresent(),
        criteria.significance(),
        verdict,
        interval,
        traces.intervals(window.from(), window.to(), interval),
        verdict.worse().stream()
            .limit(SUSPECTS)
            .map(
                finding ->
                    new Suspect(
                        finding,
                        traces.intervals(window.from(), window.to(), interval, finding.change()),
                        traces.examples(window, finding.change(), EXAMPLES)))
            .toList());
  }

  private String lacking() {
    return switch (scope.measure()) {
      case OUTCOME -> "feedback of kind OUTCOME";
      case SCORE -> "a score of " + (scope.evaluator().isEmpty() ? "any" : "this") + " evaluator";
      case COST -> "a known cost";
      case ERROR, LATENCY -> "these properties";
    };
  }

  private Optional<ChangePoint> changePoint(Extent extent) {
    return ChangePoint.find(intervals(extent), criteria)
        .filter(point -> point.pValue() <= criteria.significance());
  }

  private Instant middle(Extent extent) {
    List<Interval> intervals = intervals(extent);
    long half = intervals.stream().mapToLong(part -> part.moments().traces()).sum() / 2;
    long seen = 0;
    for (Interval part : intervals) {
      if (seen >= half && seen > 0) {
        return part.start();
      }
      seen += part.moments().traces();
    }
    return extent.end();
  }

  private List<Interval> intervals(Extent extent) {
    return traces.intervals(extent.first(), extent.end(), parts(extent, MOMENTS));
  }

  private static int chartIntervals(long traces) {
    return (int)
        Math.max(
            FEWEST_CHART_INTERVALS, Math.min(MOST_CHART_INTERVALS, traces / TRACES_OF_A_COLUMN));
  }

  private static Duration parts(Extent extent, int number) {
    Duration all = Duration.between(extent.first(), extent.end());
    return all.dividedBy(number).plusNanos(1000);
  }
}

package dev.recount.cli.bisect;

import dev.recount.cli.bisect.statistics.ChangePoint;
import dev.recount.cli.bisect.statistics.ChangePoint.Interval;
import dev.recount.cli.bisect.statistics.Finding;
import dev.recount.cli.bisect.statistics.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What was found out, and what it is shown by.
 *
 * @param scope which traces were looked at, and what was measured
 * @param window when they ran
 * @param changePoint the bend that parts before from after; empty where the time was given, or
 *     nothing bends and the traces are parted in halves
 * @param given whether the time was given
 * @param significance probability of naming anything where nothing made a difference
 * @param verdict which changes explain the difference
 * @param interval length of the intervals of the charts
 * @param course the measure over time
 * @param suspects the findings for the worse, with what they are shown by
 */
record Regression(
    Scope scope,
    Window window,
    Optional<ChangePoint> changePoint,
    boolean given,
    double significance,
    Verdict verdict,
    Duration interval,
    List<Interval> course,
    List<Suspect> suspects) {
  Regression {
    course = List.copyOf(course);
    suspects = List.copyOf(suspects);
  }

  /**
   * A finding for the worse.
   *
   * @param finding the finding
   * @param course the traces that ran with the change, over time
   * @param examples IDs of traces that ran with it, the worst first
   */
  record Suspect(Finding finding, List<Interval> course, List<String> examples) {
    Suspect {
      course = List.copyOf(course);
      examples = List.copyOf(examples);
    }
  }
}

package dev.recount.topology.alerting;

import org.apache.commons.statistics.inference.AlternativeHypothesis;
import org.apache.commons.statistics.inference.BinomialTest;
import org.apache.commons.statistics.inference.FisherExactTest;
import org.apache.commons.statistics.inference.TTest;

/**
 * How probable it is that rows look at least this bad by chance: one-sided p-values.
 *
 * <p>Means: Student's t-test against a threshold, Welch's against other rows. Shares: the exact
 * binomial test and Fisher's exact test. Quantiles: as shares, of the rows beyond the value in
 * question.
 */
final class Significance {
  private static final long LARGEST_EXACT = Integer.MAX_VALUE / 4;

  private Significance() {}

  /** Against a threshold. */
  static double against(Aggregate rows, Measure measure, Condition condition) {
    double threshold = condition.amount();
    Condition.Direction direction = condition.direction();
    return switch (measure.kind()) {
      case MEAN -> mean(rows, threshold, direction);
      case FAILURE_SHARE -> share(rows.count(), failures(rows), threshold, direction);
      case QUANTILE -> {
        boolean up = direction == Condition.Direction.UP;
        double expected = up ? 1 - measure.quantile() : measure.quantile();
        // Beyond the threshold lie more rows than that quantile allows.
        yield share(
            rows.count(), rows.beyond(threshold, direction), expected, Condition.Direction.UP);
      }
      case EVENT -> 0;
    };
  }

  /** Against other rows. */
  static double against(
      Aggregate rows, Aggregate reference, Measure measure, Condition.Direction direction) {
    return switch (measure.kind()) {
      case MEAN -> means(rows, reference, direction);
      case FAILURE_SHARE ->
          shares(rows.count(), failures(rows), reference.count(), failures(reference), direction);
      case QUANTILE -> {
        double value = reference.quantile(measure.quantile());
        yield shares(
            rows.count(),
            rows.beyond(value, direction),
            reference.count(),
            reference.beyond(value, direction),
            Condition.Direction.UP);
      }
      case EVENT -> 0;
    };
  }

  private static long failures(Aggregate rows) {
    return Math.round(rows.sum());
  }

  private static double mean(Aggregate rows, double threshold, Condition.Direction direction) {
    if (rows.variance() == 0) {
      return certain(rows.mean() - threshold, direction);
    }
    return TTest.withDefaults()
        .withMu(threshold)
        .with(alternative(direction))
        .test(rows.mean(), rows.variance(), rows.count())
        .getPValue();
  }

  private static double means(Aggregate rows, Aggregate other, Condition.Direction direction) {
    if (rows.variance() == 0 && other.variance() == 0) {
      return certain(rows.mean() - other.mean(), direction);
    }
    return TTest.withDefaults()
        .with(alternative(direction))
        .test(
            rows.mean(),
            rows.variance(),
            rows.count(),
            other.mean(),
            other.variance(),
            other.count())
        .getPValue();
  }

  /** Where nothing varies, any difference is one. */
  private static double certain(double difference, Condition.Direction direction) {
    boolean bad = direction == Condition.Direction.UP ? difference > 0 : difference < 0;
    return bad ? 0 : 1;
  }

  private static double share(
      long trials, long failures, double expected, Condition.Direction direction) {
    return BinomialTest.withDefaults()
        .with(alternative(direction))
        .test(exact(trials), exact(failures), Math.min(1, Math.max(0, expected)))
        .getPValue();
  }

  private static double shares(
      long trials,
      long failures,
      long otherTrials,
      long otherFailures,
      Condition.Direction direction) {
    if (failures + otherFailures == 0 || failures + otherFailures == trials + otherTrials) {
      return 1;
    }
    int[][] table = {
      {exact(failures), exact(trials - failures)},
      {exact(otherFailures), exact(otherTrials - otherFailures)}
    };
    return FisherExactTest.withDefaults().with(alternative(direction)).test(table).getPValue();
  }

  private static int exact(long rows) {
    return (int) Math.max(0, Math.min(LARGEST_EXACT, rows));
  }

  private static AlternativeHypothesis alternative(Condition.Direction direction) {
    return direction == Condition.Direction.UP
        ? AlternativeHypothesis.GREATER_THAN
        : AlternativeHypothesis.LESS_THAN;
  }
}

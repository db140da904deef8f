package dev.recount.topology.alerting;

import org.jspecify.annotations.Nullable;

/**
 * What a rule makes of the rows in a window.
 *
 * @param kind how rows are put together
 * @param field the number that is measured; null where whether a row failed is
 * @param quantile which quantile, from 0 to 1; of that kind alone
 */
record Measure(Kind kind, @Nullable String field, double quantile) {
  /** How rows are put together. */
  enum Kind {
    MEAN,
    QUANTILE,
    FAILURE_SHARE,
    /** Every row by itself is worth an alert. */
    EVENT
  }

  static Measure mean(String field) {
    return new Measure(Kind.MEAN, field, 0);
  }

  static Measure quantile(String field, double quantile) {
    return new Measure(Kind.QUANTILE, field, quantile);
  }

  static Measure failureShare() {
    return new Measure(Kind.FAILURE_SHARE, null, 0);
  }

  static Measure event() {
    return new Measure(Kind.EVENT, null, 0);
  }

  /** What is measured of a row; null when the row says nothing to it. */
  <R> @Nullable Double of(RowType<R> type, R row) {
    return switch (kind) {
      case MEAN, QUANTILE -> field == null ? null : type.number(row, field);
      case FAILURE_SHARE -> {
        Boolean failed = type.failed(row);
        yield failed == null ? null : failed ? 1.0 : 0.0;
      }
      case EVENT -> 1.0;
    };
  }

  /** What rows come to together. */
  double of(Aggregate rows) {
    return kind == Kind.QUANTILE ? rows.quantile(quantile) : rows.mean();
  }

  /** In words, as in {@code mean score}. */
  String words() {
    return switch (kind) {
      case MEAN -> "mean " + field;
      case QUANTILE -> "quantile " + Figures.plain(quantile) + " of " + field;
      case FAILURE_SHARE -> "failure share";
      case EVENT -> "events";
    };
  }
}

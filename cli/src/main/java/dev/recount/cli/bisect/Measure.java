package dev.recount.cli.bisect;

import dev.recount.cli.output.Text;
import java.time.Duration;
import java.util.Locale;

/** What may have got worse, as an expression over a row of {@code traces_latest}. */
enum Measure {
  /** The last outcome that was reported of a trace: good from one half on. */
  OUTCOME(
      Scale.SHARE,
      true,
      "traces with a good outcome",
      """
      toFloat64OrNull(toString(arrayElement(
          arraySort(
              (score, time) -> time,
              arrayFilter((score, kind) -> kind = 'OUTCOME' AND isNotNull(score), feedback_scores, feedback_kinds),
              arrayFilter((time, score, kind) -> kind = 'OUTCOME' AND isNotNull(score), feedback_occurred_at, feedback_scores, feedback_kinds)),
          -1) >= 0.5))"""),
  /** The mean score that an evaluator gave to a trace and its decisions. */
  SCORE(Scale.NUMBER, true, "score of evaluators", "evaluator_score"),
  /** Whether a trace failed. */
  ERROR(Scale.SHARE, false, "traces that failed", "toNullable(toFloat64(status = 'error'))"),
  /** What a trace cost; traces whose cost is not known are left out. */
  COST(Scale.DOLLARS, false, "cost of a trace, geometric mean", "log(greatest(cost_usd, 1e-6))"),
  /** How long a trace took. */
  LATENCY(
      Scale.SECONDS,
      false,
      "duration of a trace, geometric mean",
      "log(greatest(toFloat64(dateDiff('microsecond', started_at, ended_at)) / 1e6, 1e-3))");

  /** How values are told. */
  private enum Scale {
    SHARE,
    NUMBER,
    DOLLARS,
    SECONDS
  }

  private final Scale scale;
  private final boolean higherIsBetter;
  private final String words;
  private final String expression;

  Measure(Scale scale, boolean higherIsBetter, String words, String expression) {
    this.scale = scale;
    this.higherIsBetter = higherIsBetter;
    this.words = words;
    this.expression = expression;
  }

  boolean higherIsBetter() {
    return higherIsBetter;
  }

  /** What it is, in words. */
  String words() {
    return words;
  }

  /**
   * Its value in SQL: a number, or null where the trace has none; costs and times as logarithms.
   */
  String expression() {
    return expression;
  }

  /** Whether values are logarithms, because costs and times differ by factors. */
  boolean isLogarithm() {
    return scale == Scale.DOLLARS || scale == Scale.SECONDS;
  }

  /** A mean as people say it. */
  String value(double mean) {
    return switch (scale) {
      case SHARE -> String.format(Locale.ROOT, "%.1f %%", 100 * mean);
      case NUMBER -> String.format(Locale.ROOT, "%.3f", mean);
      case DOLLARS -> String.format(Locale.ROOT, "$%.4f", Math.exp(mean));
      case SECONDS -> Text.duration(Duration.ofMillis(Math.round(1000 * Math.exp(mean))));
    };
  }

  /** A difference of means as people say it. */
  String difference(double size) {
    return switch (scale) {
      case SHARE -> String.format(Locale.ROOT, "%+.1f points", 100 * size);
      case NUMBER -> String.format(Locale.ROOT, "%+.3f", size);
      case DOLLARS, SECONDS -> String.format(Locale.ROOT, "%+.1f %%", 100 * Math.expm1(size));
    };
  }

  /** A mean as it was measured: a logarithm turned back. */
  double unscaled(double mean) {
    return isLogarithm() ? Math.exp(mean) : mean;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package dev.recount.cli.bisect.statistics;

/**
 * All that statistics need to know of the values of many traces, each of which stands for {@code w}
 * traces and has the value {@code y}.
 *
 * @param traces number of traces
 * @param w sum of {@code w}
 * @param wy sum of {@code w·y}
 * @param wyy sum of {@code w·y²}
 * @param ww sum of {@code w²}
 * @param wwy sum of {@code w²·y}
 * @param wwyy sum of {@code w²·y²}
 */
public record Moments(
    long traces, double w, double wy, double wyy, double ww, double wwy, double wwyy) {
  /** No traces. */
  public static final Moments NONE = new Moments(0, 0, 0, 0, 0, 0, 0);

  /** One trace. */
  public static Moments of(double weight, double value) {
    double square = weight * weight;
    return new Moments(
        1,
        weight,
        weight * value,
        weight * value * value,
        square,
        square * value,
        square * value * value);
  }

  /** These traces and others. */
  public Moments plus(Moments other) {
    return new Moments(
        traces + other.traces,
        w + other.w,
        wy + other.wy,
        wyy + other.wyy,
        ww + other.ww,
        wwy + other.wwy,
        wwyy + other.wwyy);
  }

  /** These traces without some of them. */
  Moments minus(Moments other) {
    return new Moments(
        traces - other.traces,
        w - other.w,
        wy - other.wy,
        wyy - other.wyy,
        ww - other.ww,
        wwy - other.wwy,
        wwyy - other.wwyy);
  }

  /** The mean of what the traces stand for; 0 of none. */
  public double mean() {
    return w == 0 ? 0 : wy / w;
  }

  /** Sum of {@code w²·(y − centre)²}: what the traces contribute to the variance of a total. */
  double squaresAround(double centre) {
    return Math.max(0, wwyy - 2 * centre * wwy + centre * centre * ww);
  }

  /** Variance of the mean, by the weights as they are; 0 of none. */
  public double varianceOfMean() {
    return w == 0 ? 0 : squaresAround(mean()) / (w * w);
  }
}

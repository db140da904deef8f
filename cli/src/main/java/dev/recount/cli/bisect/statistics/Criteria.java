package dev.recount.cli.bisect.statistics;

/**
 * What counts.
 *
 * @param higherIsBetter whether a fall of the measure is what is looked for, or a rise
 * @param significance probability of naming anything at all where nothing made a difference
 * @param fewestTraces traces with a change, and without it, below which it is not looked at
 * @param leastRise by how much the share of a version must have grown, as a fraction
 */
public record Criteria(
    boolean higherIsBetter, double significance, int fewestTraces, double leastRise) {
  private static final double USUAL_SIGNIFICANCE = 0.01;
  private static final int USUAL_FEWEST_TRACES = 20;
  private static final double USUAL_LEAST_RISE = 0.05;

  /**
   * Checks the criteria.
   *
   * @throws IllegalArgumentException when one of them makes no sense
   */
  public Criteria {
    if (!(significance > 0 && significance < 1)) {
      throw new IllegalArgumentException(
          "The significance is a probability between 0 and 1, not " + significance);
    }
    if (fewestTraces < 1 || !(leastRise > 0 && leastRise <= 1)) {
      throw new IllegalArgumentException(
          "At least one trace and some rise, not " + fewestTraces + " and " + leastRise);
    }
  }

  /** The usual ones. */
  public static Criteria usual(boolean higherIsBetter) {
    return new Criteria(higherIsBetter, USUAL_SIGNIFICANCE, USUAL_FEWEST_TRACES, USUAL_LEAST_RISE);
  }

  /** The same with another significance. */
  public Criteria withSignificance(double other) {
    return new Criteria(higherIsBetter, other, fewestTraces, leastRise);
  }

  /** Whether a difference is one for the worse. */
  boolean isWorse(double difference) {
    return higherIsBetter ? difference < 0 : difference > 0;
  }
}

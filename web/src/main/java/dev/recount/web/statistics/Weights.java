package dev.recount.web.statistics;

/**
 * For how many others some rows stand, which tells whether they are a sample.
 *
 * @param rows how many there are
 * @param sum sum of their weights
 * @param squares sum of the squares of their weights
 * @param none how many have no weight, as others stand for them
 */
public record Weights(long rows, double sum, double squares, long none) {
  /** Of no rows. */
  public static final Weights NONE = new Weights(0, 0, 0, 0);

  /** Standard errors by which the sum of weights may differ from the number of rows by chance. */
  private static final double TOLERANCE = 3;

  /** Of these rows and others. */
  public Weights plus(Weights other) {
    return new Weights(
        rows + other.rows, sum + other.sum, squares + other.squares, none + other.none);
  }

  /**
   * Whether rows are missing, for which those that are there stand. None is where each stands for
   * itself, and where rows without a weight are there as well, as many as the weights of the others
   * say: counting them is exact then, and weights would only blur it.
   *
   * <p>The sum of weights estimates how many there were, with the variance that Horvitz and
   * Thompson give for independent draws, Journal of the American Statistical Association 47 (1952):
   * the sum of w (w - 1).
   */
  public boolean areOfASample() {
    if (sum == 0 || (sum == rows && squares == rows)) {
      return false;
    }
    double error = Math.sqrt(Math.max(0, squares - sum));
    return none == 0 || Math.abs(sum - rows) > TOLERANCE * error;
  }
}

package dev.recount.cli.bisect.statistics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.NonPositiveDefiniteMatrixException;
import org.apache.commons.math3.linear.RealMatrix;

/**
 * Traces by cells, and least squares over them: weighted, with an intercept for each stratum, so
 * that traces are compared with others of their stratum only.
 *
 * <p>Standard errors are those of the sandwich estimator (White 1980), which makes no assumption
 * about the spread of values and takes sampling weights for what they are; of a factor that covers
 * few traces it may be far too small, as when all twenty of them failed, so that the error under
 * one common spread is the least that is assumed.
 */
final class Observations {
  /** The least share of a factor's variation that others leave unexplained. */
  private static final double LEAST_INDEPENDENCE = 1e-4;

  private static final double ASYMMETRY = 1e-9;

  private final List<Cell> cells;
  private final Map<String, Moments> strata = new TreeMap<>();
  private final Map<Factor, boolean[]> covered = new HashMap<>();
  private final Map<Factor, double[]> centred = new HashMap<>();

  /** The mean of the stratum of each cell. */
  private final double[] base;

  Observations(List<Cell> cells) {
    this.cells = cells.stream().filter(cell -> cell.moments().w() > 0).toList();
    this.cells.forEach(cell -> strata.merge(cell.stratum(), cell.moments(), Moments::plus));
    this.base = this.cells.stream().mapToDouble(cell -> stratum(cell).mean()).toArray();
  }

  List<Cell> cells() {
    return cells;
  }

  /** What is known of some traces. */
  Moments moments(Predicate<Cell> which) {
    return cells.stream().filter(which).map(Cell::moments).reduce(Moments.NONE, Moments::plus);
  }

  /** Traces that one of two factors covers and the other does not. */
  long discordant(Factor one, Factor other) {
    boolean[] ofOne = covered(one);
    boolean[] ofOther = covered(other);
    long traces = 0;
    for (int c = 0; c < ofOne.length; c++) {
      traces += ofOne[c] == ofOther[c] ? 0 : cells.get(c).moments().traces();
    }
    return traces;
  }

  /**
   * Looks at factors together.
   *
   * @return empty when one of them cannot be told from the others and the strata
   */
  Optional<Fit> fit(List<Factor> factors) {
    if (factors.isEmpty()) {
      return Optional.of(new Fit(Map.of()));
    }
    int size = factors.size();
    double[][] columns = factors.stream().map(this::centred).toArray(double[][]::new);
    double[][] products = new double[size][size];
    double[] targets = new double[size];
    for (int c = 0; c < base.length; c++) {
      Moments moments = cells.get(c).moments();
      double residual = moments.wy() - moments.w() * base[c];
      addProducts(products, columns, c, moments.w());
      for (int i = 0; i < size; i++) {
        targets[i] += columns[i][c] * residual;
      }
    }
    return inverse(new Array2DRowRealMatrix(products, false))
        .map(inverse -> fit(factors, columns, inverse, targets));
  }

  private Fit fit(List<Factor> factors, double[][] columns, RealMatrix inverse, double[] targets) {
    double[] sizes = inverse.operate(targets);
    int size = sizes.length;
    double[][] spread = new double[size][size];
    double squares = 0;
    double weight = 0;
    long traces = 0;
    for (int c = 0; c < base.length; c++) {
      Moments moments = cells.get(c).moments();
      double fitted = base[c];
      for (int i = 0; i < size; i++) {
        fitted += sizes[i] * columns[i][c];
      }
      double around = moments.squaresAround(fitted);
      addProducts(spread, columns, c, around);
      squares += around;
      weight += moments.w();
      traces += moments.traces();
    }
    long free = Math.max(1, traces - size - strata.size());
    double correction = (double) traces / free;
    RealMatrix sandwich =
        inverse.multiply(new Array2DRowRealMatrix(spread, false)).multiply(inverse);
    double[] errors = new double[size];
    for (int i = 0; i < size; i++) {
      double common = inverse.getEntry(i, i) * squares / weight;
      errors[i] = Math.sqrt(correction * Math.max(sandwich.getEntry(i, i), common));
    }
    return Fit.of(factors, sizes, errors, free);
  }

  private static void addProducts(double[][] sums, double[][] columns, int cell, double weight) {
    for (int i = 0; i < columns.length; i++) {
      double weighted = weight * columns[i][cell];
      for (int j = 0; j < columns.length; j++) {
        sums[i][j] += weighted * columns[j][cell];
      }
    }
  }

  /** The inverse by way of the correlations, which tell how independent the factors are. */
  private static Optional<RealMatrix> inverse(RealMatrix products) {
    int size = products.getRowDimension();
    double[] scale = new double[size];
    for (int i = 0; i < size; i++) {
      scale[i] = Math.sqrt(products.getEntry(i, i));
      if (scale[i] == 0) {
        return Optional.empty();
      }
    }
    RealMatrix correlations = products.copy();
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        correlations.multiplyEntry(i, j, 1 / (scale[i] * scale[j]));
      }
    }
    try {
      RealMatrix inverse =
          new CholeskyDecomposition(correlations, ASYMMETRY, LEAST_INDEPENDENCE)
              .getSolver()
              .getInverse();
      for (int i = 0; i < size; i++) {
        for (int j = 0; j < size; j++) {
          inverse.multiplyEntry(i, j, 1 / (scale[i] * scale[j]));
        }
      }
      return Optional.of(inverse);
    } catch (NonPositiveDefiniteMatrixException dependent) {
      return Optional.empty();
    }
  }

  private boolean[] covered(Factor factor) {
    return covered.computeIfAbsent(
        factor,
        asked -> {
          boolean[] covers = new boolean[cells.size()];
          for (int c = 0; c < covers.length; c++) {
            covers[c] = asked.covers(cells.get(c));
          }
          return covers;
        });
  }

  /** Whether the factor covers a cell, as 1 or 0 less the share that it covers of the stratum. */
  private double[] centred(Factor factor) {
    return centred.computeIfAbsent(
        factor,
        asked -> {
          boolean[] covers = covered(asked);
          Map<String, Double> within = new HashMap<>();
          for (int c = 0; c < covers.length; c++) {
            Cell cell = cells.get(c);
            within.merge(cell.stratum(), covers[c] ? cell.moments().w() : 0, Double::sum);
          }
          double[] column = new double[covers.length];
          for (int c = 0; c < covers.length; c++) {
            Cell cell = cells.get(c);
            double share = within.getOrDefault(cell.stratum(), 0.0) / stratum(cell).w();
            column[c] = (covers[c] ? 1 : 0) - share;
          }
          return column;
        });
  }

  private Moments stratum(Cell cell) {
    return strata.getOrDefault(cell.stratum(), Moments.NONE);
  }

  List<String> strata() {
    return List.copyOf(strata.keySet());
  }
}

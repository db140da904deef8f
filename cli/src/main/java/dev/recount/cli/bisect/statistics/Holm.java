package dev.recount.cli.bisect.statistics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Correction for many comparisons (Holm 1979). The probability of so much as one wrong finding
 * stays below the significance, however the comparisons depend on each other, and they do: versions
 * are rolled out together, and a pair contains its parts. The Benjamini-Hochberg procedure would
 * find more, at the price of a share of wrong findings among them; here the first finding is rolled
 * back.
 */
final class Holm {
  private Holm() {}

  /** The corrected p-values, in the order of the given ones. */
  static List<Double> adjust(List<Double> pValues) {
    List<Integer> ascending =
        IntStream.range(0, pValues.size())
            .boxed()
            .sorted(Comparator.comparing(pValues::get))
            .toList();
    List<Double> adjusted = new ArrayList<>(pValues);
    double floor = 0;
    for (int rank = 0; rank < ascending.size(); rank++) {
      int index = ascending.get(rank);
      floor = Math.max(floor, Math.min(1, (pValues.size() - rank) * pValues.get(index)));
      adjusted.set(index, floor);
    }
    return adjusted;
  }
}

package dev.recount.cli.demo;

import java.util.List;

/**
 * How often an agent gets into which {@link Scenario}.
 *
 * @param weights a weight for each scenario, in the order of the enum
 */
record Habits(List<Integer> weights) {
  Habits {
    weights = List.copyOf(weights);
    if (weights.size() != Scenario.values().length) {
      throw new IllegalArgumentException("A weight for each scenario, please: " + weights);
    }
  }

  static Habits of(Integer... weights) {
    return new Habits(List.of(weights));
  }

  /**
   * The scenario at a point of the distribution.
   *
   * @param point from 0, inclusive, to 1, exclusive
   */
  Scenario at(double point) {
    int total = weights.stream().mapToInt(Integer::intValue).sum();
    double remaining = point * total;
    for (Scenario scenario : Scenario.values()) {
      remaining -= weights.get(scenario.ordinal());
      if (remaining < 0) {
        return scenario;
      }
    }
    return Scenario.SUCCESS;
  }
}

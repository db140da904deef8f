package dev.recount.cli.bisect.statistics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * What each of several factors does when all of them are looked at together.
 *
 * @param effects the effect of each
 */
record Fit(Map<Factor, Effect> effects) {
  Fit {
    effects = Map.copyOf(effects);
  }

  static Fit of(List<Factor> factors, double[] sizes, double[] errors, long degreesOfFreedom) {
    // Without a random generator, which would be seeded at some expense and is not asked for.
    TDistribution distribution = new TDistribution(null, Math.max(1, degreesOfFreedom));
    Map<Factor, Effect> effects = new HashMap<>();
    for (int i = 0; i < factors.size(); i++) {
      effects.put(
          factors.get(i),
          new Effect(sizes[i], errors[i], pValue(distribution, sizes[i], errors[i])));
    }
    return new Fit(effects);
  }

  private static double pValue(TDistribution distribution, double size, double error) {
    if (error == 0) {
      return size == 0 ? 1 : 0;
    }
    return 2 * distribution.cumulativeProbability(-Math.abs(size / error));
  }

  Effect of(Factor factor) {
    Effect effect = effects.get(factor);
    if (effect == null) {
      throw new IllegalArgumentException("Not looked at: " + factor);
    }
    return effect;
  }
}

package dev.recount.cli.bisect.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Made-up traces of two agents, one of which does better than the other and is asked more often in
 * the end. In between each dimension gets a new version, rolled out to a share of the traffic;
 * which traces get it hangs together between dimensions, and a few got it early. A pure function of
 * a seed.
 */
public final class Rollouts {
  private static final Map<String, Double> AGENTS = Map.of("order", 0.85, "support", 0.75);

  private final SplittableRandom random;
  private final Map<Dimension, Double> shareBefore = new EnumMap<>(Dimension.class);
  private final Map<Dimension, Double> shareAfter = new EnumMap<>(Dimension.class);
  private double together = 0.5;
  private double keptOfGood = 1;
  private Harm harm = (renewed, agent, after) -> 0;

  /** By how much something lowers the probability of success. */
  public interface Harm {
    /** The drop of a trace that ran with some new versions. */
    double of(Set<Dimension> renewed, String agent, boolean after);
  }

  /**
   * One trace.
   *
   * @param agent its agent
   * @param renewed the dimensions of which it ran with the new version
   * @param after whether it ran after the roll-out
   * @param good whether it went well
   * @param weight how many traces it stands for
   */
  public record Trace(
      String agent, Set<Dimension> renewed, boolean after, boolean good, double weight) {
    /** What it ran with. */
    public List<Version> versions() {
      return Arrays.stream(Dimension.values()).map(this::version).toList();
    }

    private Version version(Dimension dimension) {
      String name = dimension.nameColumn().isEmpty() ? "" : agent + "-" + dimension.label();
      return new Version(dimension, name, renewed.contains(dimension) ? "new" : "old");
    }
  }

  /** A world of its own for each seed. */
  public Rollouts(long seed) {
    random = new SplittableRandom(seed);
    for (Dimension dimension : Dimension.values()) {
      shareBefore.put(dimension, 0.1 * random.nextDouble());
      shareAfter.put(dimension, 0.35 + 0.55 * random.nextDouble());
    }
  }

  /** A new version does harm. */
  public Rollouts harm(Harm done) {
    harm = done;
    return this;
  }

  /** A new version is rolled out to all traces at once. */
  public Rollouts atOnce(Dimension... dimensions) {
    for (Dimension dimension : dimensions) {
      shareBefore.put(dimension, 0.0);
      shareAfter.put(dimension, 1.0);
    }
    return this;
  }

  /** A dimension keeps its version. */
  public Rollouts unchanged(Dimension... dimensions) {
    for (Dimension dimension : dimensions) {
      shareBefore.put(dimension, 0.0);
      shareAfter.put(dimension, 0.0);
    }
    return this;
  }

  /** Traces that get one new version get the others, where the shares allow. */
  public Rollouts alwaysTogether(double share) {
    together = 1;
    shareBefore.replaceAll((dimension, old) -> 0.0);
    shareAfter.replaceAll((dimension, old) -> share);
    return this;
  }

  /** Traces that went well are kept with this probability only, and weigh the more. */
  public Rollouts keepingOfGood(double probability) {
    keptOfGood = probability;
    return this;
  }

  /** So many traces, half of them before. */
  public List<Trace> traces(int count) {
    List<Trace> traces = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean after = i >= count / 2;
      String agent = random.nextDouble() < (after ? 0.4 : 0.5) ? "order" : "support";
      Set<Dimension> renewed = EnumSet.noneOf(Dimension.class);
      double shared = random.nextDouble();
      for (Dimension dimension : Dimension.values()) {
        double luck = random.nextDouble() < together ? shared : random.nextDouble();
        if (luck < (after ? shareAfter : shareBefore).getOrDefault(dimension, 0.0)) {
          renewed.add(dimension);
        }
      }
      double chance = AGENTS.getOrDefault(agent, 0.0) - harm.of(renewed, agent, after);
      boolean good = random.nextDouble() < chance;
      if (!good || random.nextDouble() < keptOfGood) {
        traces.add(new Trace(agent, renewed, after, good, good ? 1 / keptOfGood : 1));
      }
    }
    return traces;
  }

  /** So many traces as cells, 1 for a good one and 0 for a bad one. */
  public List<Cell> cells(int count) {
    Map<List<Object>, Moments> cells = new HashMap<>();
    for (Trace trace : traces(count)) {
      cells.merge(
          List.of(trace.agent(), trace.renewed(), trace.after()),
          Moments.of(trace.weight(), trace.good() ? 1 : 0),
          Moments::plus);
    }
    List<Cell> all = new ArrayList<>();
    cells.forEach(
        (key, moments) -> {
          @SuppressWarnings("unchecked")
          Set<Dimension> renewed = (Set<Dimension>) key.get(1);
          Trace any = new Trace((String) key.get(0), renewed, (Boolean) key.get(2), true, 1);
          all.add(new Cell(any.agent(), any.versions(), any.after(), moments));
        });
    return all;
  }
}

package dev.recount.cli.demo;

import dev.recount.cli.demo.PlannedFeedback.Moment;
import dev.recount.schemas.Contracts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What a fleet of agents does over three days: a pure function of a seed, a size and a date.
 *
 * @param runs the runs, by start
 */
record Fleet(List<Run> runs) {
  /** Runs that go on at the same time. */
  private static final int CONCURRENT_RUNS = 12;

  /** How long before its end the fleet starts. */
  static final Duration PERIOD = Duration.ofDays(3);

  private static final double GOLDEN_RATIO = 0.618_033_988_749_894_9;

  static {
    Contracts.trust();
  }

  Fleet {
    runs = List.copyOf(runs);
  }

  /**
   * Works out a fleet.
   *
   * @param seed the same seed gives the same fleet
   * @param traces number of runs
   * @param end when the last run is over, at the latest
   */
  static Fleet plan(long seed, int traces, Instant end) {
    List<Rollout> rollouts = Profile.fleet();
    SplittableRandom random = new SplittableRandom(seed);
    Map<Profile, Double> scenarios = new HashMap<>();
    double[] versions = rollouts.stream().mapToDouble(agent -> random.nextDouble()).toArray();
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < traces; i++) {
      int agent = i % rollouts.size();
      versions[agent] = next(versions[agent]);
      Profile profile = rollouts.get(agent).at((double) i / traces, versions[agent]);
      double scenario = next(scenarios.computeIfAbsent(profile, first -> random.nextDouble()));
      scenarios.put(profile, scenario);
      long offset = PERIOD.toMillis() * i / traces + random.nextLong(60_000);
      Instant start = end.minus(PERIOD).plusMillis(offset).minus(Duration.ofMinutes(10));
      runs.add(new RunScript(random.split(), profile, profile.habits().at(scenario), start).play());
    }
    return new Fleet(runs);
  }

  /** Steps of the golden ratio spread over a distribution more evenly than chance would. */
  private static double next(double point) {
    return (point + GOLDEN_RATIO) % 1;
  }

  /**
   * Everything but the feedback that comes after settlement, in the order in which it is sent: runs
   * overlap, and what belongs together arrives apart.
   */
  List<Delivery> deliveries() {
    List<Delivery> deliveries = new ArrayList<>();
    for (int first = 0; first < runs.size(); first += CONCURRENT_RUNS) {
      List<Run> concurrent = runs.subList(first, Math.min(runs.size(), first + CONCURRENT_RUNS));
      concurrent.forEach(run -> feedback(run, Moment.BEFORE, deliveries));
      int longest = concurrent.stream().mapToInt(run -> run.spans().size()).max().orElse(0);
      for (int step = 0; step < longest; step++) {
        for (Run run : concurrent) {
          if (step < run.spans().size()) {
            step(run, step, deliveries);
          }
        }
      }
      concurrent.forEach(run -> feedback(run, Moment.AFTER, deliveries));
    }
    return deliveries;
  }

  /** The feedback that comes after settlement, by time. */
  List<Delivery> afterSettlement() {
    return runs.stream()
        .flatMap(run -> run.feedback().stream())
        .filter(feedback -> feedback.moment() == Moment.SETTLED)
        .map(PlannedFeedback::event)
        .sorted(Comparator.comparing(event -> event.getOccurredAt()))
        .<Delivery>map(Delivery.OfFeedback::new)
        .toList();
  }

  private static void step(Run run, int step, List<Delivery> deliveries) {
    PlannedSpan span = run.spans().get(step);
    run.decisions().stream()
        .filter(decision -> span.spanId().equals(decision.getSpanId()))
        .forEach(decision -> deliveries.add(new Delivery.OfDecision(decision)));
    deliveries.add(new Delivery.OfSpan(run, span));
    run.snapshots().stream()
        .filter(snapshot -> span.spanId().equals(snapshot.getSpanId()))
        .forEach(snapshot -> deliveries.add(new Delivery.OfSnapshot(snapshot)));
    if (step == run.spans().size() / 2) {
      feedback(run, Moment.DURING, deliveries);
    }
  }

  private static void feedback(Run run, Moment moment, List<Delivery> deliveries) {
    run.feedback().stream()
        .filter(feedback -> feedback.moment() == moment)
        .forEach(feedback -> deliveries.add(new Delivery.OfFeedback(feedback.event())));
  }

  long spanCount() {
    return runs.stream().mapToLong(run -> run.spans().size()).sum();
  }

  long snapshotCount() {
    return runs.stream().mapToLong(run -> run.snapshots().size()).sum();
  }

  long decisionCount() {
    return runs.stream().mapToLong(run -> run.decisions().size()).sum();
  }

  long feedbackCount() {
    return runs.stream().mapToLong(run -> run.feedback().size()).sum();
  }

  /** Events of all kinds. */
  long eventCount() {
    return spanCount() + snapshotCount() + decisionCount() + feedbackCount();
  }
}

package dev.recount.cli.bisect.statistics;

import dev.recount.cli.bisect.statistics.Candidates.Alike;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.commons.math3.distribution.NormalDistribution;

/**
 * Finds the changes of versions that explain a difference between two windows of time.
 *
 * <p>Versions are rolled out together, so that each of them moves with the measure. What counts is
 * what a change does when the others are held fixed. Step by step the change that explains most of
 * what is left is added to a model, if it is significant after correction for all comparisons of
 * the step; what is not needed any more beside it is taken out again. Two versions of different
 * dimensions that only together make a difference are found as a pair: the pair must matter beyond
 * what each of its parts does, and parts that do nothing by themselves are taken out.
 *
 * <p>In the end time itself is asked: whatever made old and new versions alike worse is no
 * version's doing.
 */
public final class Bisection {
  private static final int MOST_STEPS = 16;

  private final Observations observations;
  private final Criteria criteria;
  private final Candidates candidates;
  private final List<Factor> model = new ArrayList<>();
  private final Set<Factor> dismissed = new HashSet<>();
  private final Map<Change, Double> found = new LinkedHashMap<>();

  /** A change, and what it does beside those that are in the model. */
  private record Comparison(Change change, Effect effect) {
    double strength() {
      return effect.standardError() == 0 ? 0 : Math.abs(effect.size() / effect.standardError());
    }
  }

  private Bisection(List<Cell> cells, Criteria criteria) {
    this.observations = new Observations(cells);
    this.criteria = criteria;
    this.candidates = new Candidates(observations, criteria);
  }

  /**
   * Finds what explains the difference.
   *
   * @param cells traces of both windows
   */
  public static Verdict search(List<Cell> cells, Criteria criteria) {
    return new Bisection(cells, criteria).search();
  }

  private Verdict search() {
    addChanges();
    addTime();
    addChanges();
    List<Finding> findings = findings();
    Set<Change> involved = new HashSet<>();
    findings.forEach(
        finding -> {
          involved.add(finding.change());
          involved.addAll(finding.alike());
          involved.addAll(finding.rivals());
        });
    return new Verdict(
        observations.moments(cell -> !cell.after()),
        observations.moments(Cell::after),
        difference(),
        findings.stream().filter(finding -> criteria.isWorse(finding.effect().size())).toList(),
        findings.stream().filter(finding -> !criteria.isWorse(finding.effect().size())).toList(),
        elsewhere(),
        candidates.singles().stream()
            .flatMap(alike -> Stream.concat(Stream.of(alike.first()), alike.others().stream()))
            .filter(change -> !involved.contains(change))
            .toList(),
        candidates.singles().size() + candidates.pairs().size());
  }

  private void addChanges() {
    for (int step = 0; step < MOST_STEPS; step++) {
      List<Comparison> comparisons = comparisons();
      List<Double> adjusted =
          Holm.adjust(comparisons.stream().map(made -> made.effect().pValue()).toList());
      Optional<Comparison> strongest =
          comparisons.stream()
              .filter(made -> adjusted.get(comparisons.indexOf(made)) <= criteria.significance())
              .filter(made -> !made.change().isPair() || criteria.isWorse(made.effect().size()))
              .max(Comparator.comparingDouble(Comparison::strength));
      if (strongest.isEmpty()) {
        return;
      }
      Change change = strongest.get().change();
      found.put(change, adjusted.get(comparisons.indexOf(strongest.get())));
      partsOf(change).filter(part -> !model.contains(part)).forEach(this::addIfIndependent);
      model.add(change);
      dropWhatIsNotNeeded();
    }
  }

  /** What each change does beside those that are in the model, a pair beside its parts too. */
  private List<Comparison> comparisons() {
    List<Comparison> comparisons = new ArrayList<>();
    Stream.concat(candidates.singles().stream().map(Alike::first), candidates.pairs().stream())
        .filter(change -> !model.contains(change) && !dismissed.contains(change))
        .forEach(
            change -> {
              List<Factor> beside = new ArrayList<>(model);
              partsOf(change)
                  .filter(part -> !beside.contains(part))
                  .filter(part -> observations.fit(and(beside, part)).isPresent())
                  .forEach(beside::add);
              observations
                  .fit(and(beside, change))
                  .ifPresent(fit -> comparisons.add(new Comparison(change, fit.of(change))));
            });
    return comparisons;
  }

  private static Stream<Change> partsOf(Change change) {
    return change.isPair() ? change.versions().stream().map(Change::to) : Stream.empty();
  }

  private static List<Factor> and(List<Factor> factors, Factor... more) {
    return Stream.concat(factors.stream(), Stream.of(more)).toList();
  }

  private void addIfIndependent(Factor factor) {
    if (observations.fit(and(model, factor)).isPresent()) {
      model.add(factor);
    }
  }

  private void dropWhatIsNotNeeded() {
    while (!model.isEmpty()) {
      Optional<Fit> fit = observations.fit(model);
      Factor weakest =
          fit.isEmpty()
              ? model.get(model.size() - 1)
              : model.stream()
                  .max(Comparator.comparingDouble(factor -> fit.get().of(factor).pValue()))
                  .orElseThrow();
      if (fit.isPresent() && fit.get().of(weakest).pValue() <= criteria.significance()) {
        return;
      }
      model.remove(weakest);
      if (weakest instanceof Change change) {
        found.remove(change);
      } else {
        // What was dismissed beside it deserves another look without it.
        dismissed.removeIf(Change.class::isInstance);
      }
      dismissed.add(weakest);
    }
  }

  /**
   * Adds the times that explain something beside the changes, and drops what they make needless.
   */
  private void addTime() {
    for (int step = 0; step < MOST_STEPS; step++) {
      List<TimeItself> times =
          times().stream()
              .filter(time -> !model.contains(time) && !dismissed.contains(time))
              .filter(time -> observations.fit(and(model, time)).isPresent())
              .toList();
      List<Double> pValues =
          times.stream()
              .map(time -> observations.fit(and(model, time)).orElseThrow().of(time).pValue())
              .toList();
      List<Double> adjusted = Holm.adjust(pValues);
      Optional<TimeItself> strongest =
          times.stream()
              .min(Comparator.comparingDouble(time -> pValues.get(times.indexOf(time))))
              .filter(time -> adjusted.get(times.indexOf(time)) <= criteria.significance());
      if (strongest.isEmpty()) {
        return;
      }
      model.add(strongest.get());
      dropWhatIsNotNeeded();
    }
  }

  private List<TimeItself> times() {
    List<String> strata = observations.strata();
    Stream<TimeItself> all = Stream.of(new TimeItself(Optional.empty()));
    return strata.size() < 2
        ? all.toList()
        : Stream.concat(all, strata.stream().map(stratum -> new TimeItself(Optional.of(stratum))))
            .toList();
  }

  private List<Finding> findings() {
    Optional<Fit> fit = observations.fit(model);
    if (fit.isEmpty()) {
      return List.of();
    }
    return found.keySet().stream()
        .map(change -> finding(change, fit.get().of(change)))
        .sorted(
            Comparator.comparingDouble((Finding finding) -> -Math.abs(finding.explains()))
                .thenComparing(finding -> finding.change().toString()))
        .toList();
  }

  private Finding finding(Change change, Effect effect) {
    Set<String> strata = candidates.strataOf(change);
    Predicate<Cell> compared = cell -> cell.after() && strata.contains(cell.stratum());
    return new Finding(
        change,
        change.versions().stream().map(candidates::replacedBy).flatMap(Optional::stream).toList(),
        alike(change),
        rivals(change),
        onlyByTime(change, strata),
        effect,
        found.getOrDefault(change, 1.0),
        share(change, cell -> !cell.after()),
        share(change, Cell::after),
        observations.moments(compared.and(change::covers)),
        observations.moments(compared.and(cell -> !change.covers(cell))));
  }

  private List<Change> alike(Change change) {
    return candidates.singles().stream()
        .filter(alike -> alike.first().equals(change))
        .flatMap(alike -> alike.others().stream())
        .toList();
  }

  /** Changes beside which nothing shows that this one matters; nor do they matter beside it. */
  private List<Change> rivals(Change change) {
    return candidates.singles().stream()
        .map(Alike::first)
        .filter(other -> !model.contains(other))
        .filter(
            other ->
                observations
                    .fit(and(model, other))
                    .filter(fit -> fit.of(change).pValue() > criteria.significance())
                    .isPresent())
        .toList();
  }

  /** Whether nothing shows that the change matters beside anything else that came at its time. */
  private boolean onlyByTime(Change change, Set<String> strata) {
    List<Factor> beside = new ArrayList<>(model);
    beside.removeIf(factor -> factor.equals(change) || factor instanceof TimeItself);
    for (String stratum : new TreeSet<>(strata)) {
      TimeItself time = new TimeItself(Optional.of(stratum));
      if (observations.fit(and(beside, time)).isPresent()) {
        beside.add(time);
      }
    }
    return observations
        .fit(and(beside, change))
        .filter(fit -> fit.of(change).pValue() <= criteria.significance())
        .isEmpty();
  }

  private double share(Change change, Predicate<Cell> which) {
    double all = observations.moments(which).w();
    return all == 0 ? 0 : observations.moments(which.and(change::covers)).w() / all;
  }

  private Optional<Effect> elsewhere() {
    return observations
        .fit(model)
        .flatMap(
            fit ->
                model.stream()
                    .filter(TimeItself.class::isInstance)
                    .map(fit::of)
                    .max(Comparator.comparingDouble(effect -> Math.abs(effect.size()))));
  }

  private Effect difference() {
    Moments before = observations.moments(cell -> !cell.after());
    Moments after = observations.moments(Cell::after);
    double size = after.mean() - before.mean();
    double error = Math.sqrt(before.varianceOfMean() + after.varianceOfMean());
    double pValue =
        error == 0
            ? (size == 0 ? 1 : 0)
            : 2 * new NormalDistribution(null, 0, 1).cumulativeProbability(-Math.abs(size / error));
    return new Effect(size, error, pValue);
  }
}

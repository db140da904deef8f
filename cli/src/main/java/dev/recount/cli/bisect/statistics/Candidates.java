package dev.recount.cli.bisect.statistics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The changes between two windows that may explain something. */
final class Candidates {
  private final Observations observations;
  private final Criteria criteria;
  private final List<Version> versions;
  private final List<Alike> singles = new ArrayList<>();
  private final List<Change> pairs = new ArrayList<>();

  /**
   * Changes that came in the same traces, so that nothing tells them apart.
   *
   * @param first the one that stands for all
   * @param others the others
   */
  record Alike(Change first, List<Change> others) {}

  Candidates(Observations observations, Criteria criteria) {
    this.observations = observations;
    this.criteria = criteria;
    this.versions =
        observations.cells().stream()
            .flatMap(cell -> cell.versions().stream())
            .filter(Version::isKnown)
            .distinct()
            .sorted(
                Comparator.comparing(Version::dimension)
                    .thenComparing(Version::name)
                    .thenComparing(Version::version))
            .toList();
    findSingles();
    findPairs();
  }

  /** Versions that came into use, those that nothing tells apart taken together. */
  List<Alike> singles() {
    return singles;
  }

  /** Versions that met as they had not before, and whose meeting is no single change. */
  List<Change> pairs() {
    return pairs;
  }

  private void findSingles() {
    for (Version version : versions) {
      Change change = Change.to(version);
      if (rose(change)) {
        Optional<Alike> same =
            singles.stream().filter(alike -> alike(alike.first(), change)).findFirst();
        same.ifPresentOrElse(
            alike -> alike.others().add(change),
            () -> singles.add(new Alike(change, new ArrayList<>())));
      }
    }
  }

  private void findPairs() {
    for (Alike alike : singles) {
      Version risen = alike.first().versions().get(0);
      for (Version other : versions) {
        if (other.dimension() != risen.dimension()) {
          Change pair = Change.meeting(risen, other);
          if (rose(pair) && isNew(pair)) {
            pairs.add(pair);
          }
        }
      }
    }
  }

  private boolean isNew(Change pair) {
    return Stream.of(
            singles.stream().map(Alike::first),
            pair.versions().stream().map(Change::to),
            pairs.stream())
        .flatMap(known -> known)
        .noneMatch(known -> alike(known, pair));
  }

  private boolean alike(Change one, Change other) {
    return observations.discordant(one, other) < criteria.fewestTraces();
  }

  /** Whether enough traces ran with it and without it, and more of them after than before. */
  private boolean rose(Change change) {
    Set<String> strata = strataOf(change);
    Predicate<Cell> within = cell -> strata.contains(cell.stratum());
    long with = observations.moments(change::covers).traces();
    long without = observations.moments(within).traces() - with;
    return with >= criteria.fewestTraces()
        && without >= criteria.fewestTraces()
        && share(change, within.and(Cell::after)) - share(change, within.and(cell -> !cell.after()))
            >= criteria.leastRise();
  }

  private double share(Change change, Predicate<Cell> which) {
    double all = observations.moments(which).w();
    return all == 0 ? 0 : observations.moments(which.and(change::covers)).w() / all;
  }

  Set<String> strataOf(Change change) {
    Set<String> strata = new HashSet<>();
    observations.cells().stream()
        .filter(change::covers)
        .forEach(cell -> strata.add(cell.stratum()));
    return strata;
  }

  /** The version of the same thing that lost most of its share where the new one runs. */
  Optional<Version> replacedBy(Version version) {
    Set<String> strata = strataOf(Change.to(version));
    Predicate<Cell> within = cell -> strata.contains(cell.stratum());
    return versions.stream()
        .filter(version::replaces)
        .filter(other -> fall(other, within) > 0)
        .max(Comparator.comparingDouble(other -> fall(other, within)));
  }

  private double fall(Version version, Predicate<Cell> within) {
    Change change = Change.to(version);
    return share(change, within.and(cell -> !cell.after()))
        - share(change, within.and(Cell::after));
  }
}

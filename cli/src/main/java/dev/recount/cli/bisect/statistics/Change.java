package dev.recount.cli.bisect.statistics;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A version that came into use, or two of different dimensions that met.
 *
 * @param versions one version, or two that ran in the same trace
 */
public record Change(List<Version> versions) implements Factor {
  /** Copies the versions. */
  public Change {
    versions = List.copyOf(versions);
  }

  static Change to(Version version) {
    return new Change(List.of(version));
  }

  static Change meeting(Version one, Version other) {
    return one.dimension().compareTo(other.dimension()) < 0
        ? new Change(List.of(one, other))
        : new Change(List.of(other, one));
  }

  /** Whether it takes two versions. */
  public boolean isPair() {
    return versions.size() > 1;
  }

  @Override
  public boolean covers(Cell cell) {
    return versions.stream().allMatch(cell::ranWith);
  }

  @Override
  public String toString() {
    return versions.stream().map(Version::toString).collect(Collectors.joining(" with "));
  }
}

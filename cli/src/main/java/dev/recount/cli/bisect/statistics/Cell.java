package dev.recount.cli.bisect.statistics;

import java.util.List;

/**
 * Traces that agree in everything but their values.
 *
 * @param stratum what traces are compared within: an agent in an environment. Agents differ in how
 *     well they do, so that a change of who is asked is no change of how well each does
 * @param versions the version of each dimension, in the order of {@link Dimension}
 * @param after whether they ran after the change, or before
 * @param moments their values
 */
public record Cell(String stratum, List<Version> versions, boolean after, Moments moments) {
  /** Copies the versions, of which there must be one for each dimension. */
  public Cell {
    versions = List.copyOf(versions);
    if (versions.size() != Dimension.values().length) {
      throw new IllegalArgumentException("A version of each dimension, please: " + versions);
    }
  }

  boolean ranWith(Version version) {
    return versions.get(version.dimension().ordinal()).equals(version);
  }
}

package dev.recount.web.statistics;

/**
 * Sums of some that come in clusters, as calls come in traces: those of a cluster resemble each
 * other, so that many of them tell less than as many from anywhere.
 *
 * @param of how many there are: the sum of their weights
 * @param with how many of them have a property, likewise
 * @param effectiveSize how many equally weighted ones tell as much, {@link Share#effectiveSize}
 * @param number of clusters
 * @param ofOf sum over the clusters of the square of a cluster's {@code of}
 * @param ofWith sum over the clusters of its {@code of} times its {@code with}
 * @param withWith sum over the clusters of the square of its {@code with}
 */
public record Clusters(
    double of,
    double with,
    double effectiveSize,
    long number,
    double ofOf,
    double ofWith,
    double withWith) {

  /**
   * The share that have the property, with the size that independent ones would need to vary as
   * much. The share is a ratio of two sums that both vary from cluster to cluster; its variance is
   * that of Cochran, Sampling Techniques (third edition, 1977), section 3.12. Used as a size for
   * Wilson's interval it holds for few and for none, too: Korn and Graubard, Survey Methodology 24
   * (1998), pages 193 to 201.
   *
   * <p>Where none or all have the property nothing is seen to vary. Then each cluster counts as
   * one.
   */
  public Share share() {
    double share = of > 0 ? with / of : 0;
    double alike = share * (1 - share);
    double residuals = Math.max(0, withWith - 2 * share * ofWith + share * share * ofOf);
    double variance = number > 1 ? number / (number - 1.0) * residuals / (of * of) : 0;
    double asClusters = Share.effectiveSize(of, ofOf);
    double size = variance > 0 && alike > 0 ? alike / variance : asClusters;
    // By chance clusters may look more even than independent ones would: that is not relied upon.
    return new Share(of, with, Math.min(effectiveSize, size));
  }
}

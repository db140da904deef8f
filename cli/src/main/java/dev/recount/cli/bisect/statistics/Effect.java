package dev.recount.cli.bisect.statistics;

/**
 * What something does to the measure, everything else being equal.
 *
 * @param size difference of the means
 * @param standardError of the size
 * @param pValue probability of so large a difference, either way, if there were none
 */
public record Effect(double size, double standardError, double pValue) {}

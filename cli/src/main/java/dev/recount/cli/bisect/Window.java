package dev.recount.cli.bisect;

import java.time.Instant;

/**
 * The time that is looked at.
 *
 * @param from where it begins, inclusive
 * @param change from when on traces count as after
 * @param to where it ends, exclusive
 */
record Window(Instant from, Instant change, Instant to) {}

/**
 * Correlation proved from outside: generated telemetry in, and every row that comes out held
 * against a plain program that computes it without any streaming and without any class of the
 * topology.
 */
@NullMarked
package dev.recount.cli.oracle;

import org.jspecify.annotations.NullMarked;

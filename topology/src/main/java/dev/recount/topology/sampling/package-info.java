/**
 * Agent-aware tail sampling: rules over a whole trace that decide whether its spans and its context
 * are kept. Pure functions of the trace and of the rules.
 */
@NullMarked
package dev.recount.topology.sampling;

import org.jspecify.annotations.NullMarked;

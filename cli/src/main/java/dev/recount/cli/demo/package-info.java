/** A simulated fleet of agents, and the proof that all of its telemetry came through. */
@NullMarked
package dev.recount.cli.demo;

import org.jspecify.annotations.NullMarked;

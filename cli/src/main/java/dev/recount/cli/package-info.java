/**
 * The {@code recount} command: wires connectors, topology, sinks and the embedded stack together.
 */
@NullMarked
package dev.recount.cli;

import org.jspecify.annotations.NullMarked;

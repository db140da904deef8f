/** State, timers and lifecycle of traces: when the fold runs, and which of its rows are emitted. */
@NullMarked
package dev.recount.topology.assembly;

import org.jspecify.annotations.NullMarked;

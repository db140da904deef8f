/** Putting telemetry in: import, feedback, and waiting until it is correlated. */
@NullMarked
package dev.recount.cli.load;

import org.jspecify.annotations.NullMarked;

/** From the input topics to {@code trace-events}: decode, validate, normalise, key by trace ID. */
@NullMarked
package dev.recount.topology.intake;

import org.jspecify.annotations.NullMarked;

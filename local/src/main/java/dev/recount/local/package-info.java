/** The embedded stack: everything the pipeline needs, started by one process on one machine. */
@NullMarked
package dev.recount.local;

import org.jspecify.annotations.NullMarked;

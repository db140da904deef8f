/**
 * What was in the context window of a model: derived from the messages of its calls where nobody
 * sends a snapshot, and compared with the window before it. Plain values in and out.
 */
@NullMarked
package dev.recount.topology.context;

import org.jspecify.annotations.NullMarked;

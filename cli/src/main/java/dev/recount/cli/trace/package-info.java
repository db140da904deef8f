/** The story of one trace. */
@NullMarked
package dev.recount.cli.trace;

import org.jspecify.annotations.NullMarked;

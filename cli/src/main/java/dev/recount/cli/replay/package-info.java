/** {@code recount replay}: rows derived anew from the log, beside the live pipeline. */
@NullMarked
package dev.recount.cli.replay;

import org.jspecify.annotations.NullMarked;

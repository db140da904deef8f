/** Options that several commands share. */
@NullMarked
package dev.recount.cli.options;

import org.jspecify.annotations.NullMarked;

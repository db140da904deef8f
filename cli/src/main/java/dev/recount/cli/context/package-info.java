/** {@code recount context}: what the model saw, from the archive. */
@NullMarked
package dev.recount.cli.context;

import org.jspecify.annotations.NullMarked;

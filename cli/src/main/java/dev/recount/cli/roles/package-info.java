/** The parts of the pipeline as things that can be started, asked how they are, and stopped. */
@NullMarked
package dev.recount.cli.roles;

import org.jspecify.annotations.NullMarked;

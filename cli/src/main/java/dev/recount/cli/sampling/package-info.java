/** {@code recount sampling}: what the rules of sampling say, and why. */
@NullMarked
package dev.recount.cli.sampling;

import org.jspecify.annotations.NullMarked;

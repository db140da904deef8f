/** Tests of replays. */
@NullMarked
package dev.recount.cli.replay;

import org.jspecify.annotations.NullMarked;

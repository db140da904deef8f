/** Which application of the topology is in force, and how far a replay is: the pipeline's state. */
@NullMarked
package dev.recount.cli.pipeline;

import org.jspecify.annotations.NullMarked;

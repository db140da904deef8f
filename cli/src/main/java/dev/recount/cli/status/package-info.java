/** How the pipeline is: health, consumer lag, counts. */
@NullMarked
package dev.recount.cli.status;

import org.jspecify.annotations.NullMarked;

/** What Recount costs: JMH benchmarks of its parts, and drivers that load all of it. */
@NullMarked
package dev.recount.benchmarks;

import org.jspecify.annotations.NullMarked;

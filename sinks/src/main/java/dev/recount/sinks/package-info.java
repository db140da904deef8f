/** What leaves: Kafka Connect sinks, and the configurations that start them. */
@NullMarked
package dev.recount.sinks;

import org.jspecify.annotations.NullMarked;

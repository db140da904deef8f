/**
 * The Kafka Streams topology: intake turns every input into an entry of a trace's log, assembly
 * derives records from the log.
 */
@NullMarked
package dev.recount.topology;

import org.jspecify.annotations.NullMarked;

/** What the topology says of its own work, by Kafka Streams' own sensors. */
@NullMarked
package dev.recount.topology.metrics;

import org.jspecify.annotations.NullMarked;

/** Recorded agent runs, replayed as spans over OTLP and as events over Kafka. */
@NullMarked
package dev.recount.connectors.importing;

import org.jspecify.annotations.NullMarked;

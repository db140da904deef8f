/** The one way by which what came in reaches Kafka. */
@NullMarked
package dev.recount.connectors.kafka;

import org.jspecify.annotations.NullMarked;

/** Feedback events: their JSON form, their HTTP endpoint, their way to Kafka. */
@NullMarked
package dev.recount.connectors.feedback;

import org.jspecify.annotations.NullMarked;

/** A real Kafka broker inside this JVM. */
@NullMarked
package dev.recount.local.kafka;

import org.jspecify.annotations.NullMarked;

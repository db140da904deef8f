/** A Kafka Connect worker inside this JVM. */
@NullMarked
package dev.recount.local.connect;

import org.jspecify.annotations.NullMarked;

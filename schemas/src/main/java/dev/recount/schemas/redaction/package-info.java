/**
 * Redaction: what is secret or personal in telemetry gives way to typed, consistent pseudonyms.
 * Pure functions, the same before Kafka as before the log, and the same twice as once.
 */
@NullMarked
package dev.recount.schemas.redaction;

import org.jspecify.annotations.NullMarked;

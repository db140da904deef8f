package dev.recount.cli.demo;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A span to be exported.
 *
 * @param spanId 16 hexadecimal digits
 * @param parentSpanId the same; null for the root
 * @param name name of the span
 * @param kind kind of the span
 * @param start when it started
 * @param end when it ended
 * @param attributes attributes, by the GenAI conventions
 * @param failure what went wrong; null when nothing did
 */
record PlannedSpan(
    String spanId,
    @Nullable String parentSpanId,
    String name,
    SpanKind kind,
    Instant start,
    Instant end,
    Attributes attributes,
    @Nullable Failure failure) {

  /** An error: its class, and what it said. */
  record Failure(String type, String message) {}
}

package dev.recount.connectors.importing;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A finished span, before the SDK has made it one.
 *
 * @param parentSpanId null for the root
 * @param error description of the failure; null when there was none
 */
record SpanDraft(
    String traceId,
    String spanId,
    @Nullable String parentSpanId,
    String name,
    SpanKind kind,
    Instant start,
    Instant end,
    Attributes attributes,
    @Nullable String error) {}

package dev.recount.topology.intake;

import com.google.protobuf.ByteString;
import dev.recount.avro.Span;
import dev.recount.avro.SpanEvent;
import dev.recount.avro.SpanKind;
import dev.recount.avro.SpanLink;
import dev.recount.avro.StatusCode;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** OTLP spans as the contracts carry them. */
final class OtlpSpans {
  private static final HexFormat HEX = HexFormat.of();
  private static final int TRACE_ID_BYTES = 16;
  private static final int SPAN_ID_BYTES = 8;

  /** 2262-04-11, most of a day before the last time that a long holds. */
  private static final long FAR_FUTURE = 9_223_286_400_000_000_000L;

  private OtlpSpans() {}

  /**
   * Hands over every span that has an identity, and for each other one a sentence that says which
   * it is and what it lacks.
   */
  static void forEach(TracesData traces, Consumer<Span> accepted, Consumer<String> refused) {
    for (ResourceSpans ofResource : traces.getResourceSpansList()) {
      Map<String, Object> resource = resourceAttributes(ofResource.getResource());
      String service = serviceName(resource);
      for (ScopeSpans ofScope : ofResource.getScopeSpansList()) {
        for (io.opentelemetry.proto.trace.v1.Span span : ofScope.getSpansList()) {
          String error = identityError(span);
          if (error != null) {
            refused.accept("Span " + abbreviated(span.getName()) + ": " + error);
            continue;
          }
          Span converted = convert(span);
          converted.setServiceName(service);
          converted.setScopeName(emptyToNull(ofScope.getScope().getName()));
          converted.setScopeVersion(emptyToNull(ofScope.getScope().getVersion()));
          converted.setResourceAttributes(resource);
          accepted.accept(converted);
        }
      }
    }
  }

  /** About how many bytes the spans take up once each of them stands by itself. */
  static long bytesInTheLog(TracesData traces) {
    long bytes = 0;
    for (ResourceSpans ofResource : traces.getResourceSpansList()) {
      long resource = ofResource.getResource().getSerializedSize();
      for (ScopeSpans ofScope : ofResource.getScopeSpansList()) {
        bytes += ofScope.getSerializedSize() + resource * ofScope.getSpansCount();
      }
    }
    return bytes;
  }

  static Map<String, Object> resourceAttributes(Resource resource) {
    return AttributeValues.map(resource.getAttributesList());
  }

  static @Nullable String serviceName(Map<String, Object> resourceAttributes) {
    Object name = resourceAttributes.get("service.name");
    return name == null ? null : emptyToNull(name.toString());
  }

  /** An ID in hexadecimal, or null for bytes that are no valid ID: wrong length or all zero. */
  static @Nullable String traceId(ByteString id) {
    return hexadecimal(id, TRACE_ID_BYTES);
  }

  /** Likewise for a span ID. */
  static @Nullable String spanId(ByteString id) {
    return hexadecimal(id, SPAN_ID_BYTES);
  }

  private static @Nullable String hexadecimal(ByteString id, int bytes) {
    if (id.size() != bytes) {
      return null;
    }
    for (int i = 0; i < bytes; i++) {
      if (id.byteAt(i) != 0) {
        return HEX.formatHex(id.toByteArray());
      }
    }
    return null;
  }

  private static @Nullable String identityError(io.opentelemetry.proto.trace.v1.Span span) {
    if (traceId(span.getTraceId()) == null) {
      return "the trace ID has "
          + span.getTraceId().size()
          + " bytes, or is zero or not hexadecimal; 16 are needed";
    }
    if (spanId(span.getSpanId()) == null) {
      return "the span ID has "
          + span.getSpanId().size()
          + " bytes, or is zero or not hexadecimal; 8 are needed";
    }
    return null;
  }

  /**
   * A time of OTLP, which is unsigned: what does not fit a long lies beyond the year 2262, and must
   * not come before everything else.
   */
  static long time(long unixNano) {
    return unixNano < 0 ? FAR_FUTURE : unixNano;
  }

  private static Span convert(io.opentelemetry.proto.trace.v1.Span span) {
    Span converted = new Span();
    converted.setTraceId(HEX.formatHex(span.getTraceId().toByteArray()));
    converted.setSpanId(HEX.formatHex(span.getSpanId().toByteArray()));
    converted.setParentSpanId(spanId(span.getParentSpanId()));
    converted.setTraceState(emptyToNull(span.getTraceState()));
    converted.setFlags(span.getFlags());
    converted.setName(span.getName());
    converted.setKind(kind(span.getKind()));
    converted.setStartTimeUnixNano(time(span.getStartTimeUnixNano()));
    converted.setEndTimeUnixNano(time(span.getEndTimeUnixNano()));
    converted.setStatusCode(
        switch (span.getStatus().getCode()) {
          case STATUS_CODE_OK -> StatusCode.OK;
          case STATUS_CODE_ERROR -> StatusCode.ERROR;
          case STATUS_CODE_UNSET, UNRECOGNIZED -> StatusCode.UNSET;
        });
    converted.setStatusMessage(emptyToNull(span.getStatus().getMessage()));
    converted.setAttributes(AttributeValues.map(span.getAttributesList()));
    List<SpanEvent> events = new ArrayList<>(span.getEventsCount());
    for (io.opentelemetry.proto.trace.v1.Span.Event event : span.getEventsList()) {
      events.add(
          new SpanEvent(
              time(event.getTimeUnixNano()),
              event.getName(),
              AttributeValues.map(event.getAttributesList())));
    }
    converted.setEvents(events);
    List<SpanLink> links = new ArrayList<>(span.getLinksCount());
    for (io.opentelemetry.proto.trace.v1.Span.Link link : span.getLinksList()) {
      links.add(
          new SpanLink(
              HEX.formatHex(link.getTraceId().toByteArray()),
              HEX.formatHex(link.getSpanId().toByteArray()),
              AttributeValues.map(link.getAttributesList())));
    }
    converted.setLinks(links);
    return converted;
  }

  private static SpanKind kind(io.opentelemetry.proto.trace.v1.Span.SpanKind kind) {
    return switch (kind) {
      case SPAN_KIND_INTERNAL -> SpanKind.INTERNAL;
      case SPAN_KIND_SERVER -> SpanKind.SERVER;
      case SPAN_KIND_CLIENT -> SpanKind.CLIENT;
      case SPAN_KIND_PRODUCER -> SpanKind.PRODUCER;
      case SPAN_KIND_CONSUMER -> SpanKind.CONSUMER;
      case SPAN_KIND_UNSPECIFIED, UNRECOGNIZED -> SpanKind.UNSPECIFIED;
    };
  }

  private static String abbreviated(String name) {
    return name.length() <= 80 ? name : name.substring(0, 80) + "…";
  }

  static @Nullable String emptyToNull(String text) {
    return text.isEmpty() ? null : text;
  }
}

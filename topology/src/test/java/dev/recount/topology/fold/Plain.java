package dev.recount.topology.fold;

import dev.recount.avro.DecisionEvent;
import dev.recount.avro.Span;
import dev.recount.avro.SpanKind;
import dev.recount.avro.StatusCode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Spans of one trace, written down one by one. Times are milliseconds after a common start. */
final class Plain {
  static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  static final long START = 1_790_000_000_000_000_000L;

  private Plain() {}

  static long nano(long millis) {
    return START + millis * 1_000_000;
  }

  static Span span(int id, int parent, String name, long start, long end, Object... attributes) {
    Span span = new Span();
    span.setTraceId(TRACE);
    span.setSpanId(String.format("%016x", id));
    span.setParentSpanId(parent == 0 ? null : String.format("%016x", parent));
    span.setName(name);
    span.setKind(SpanKind.INTERNAL);
    span.setStartTimeUnixNano(nano(start));
    span.setEndTimeUnixNano(nano(end));
    span.setStatusCode(StatusCode.UNSET);
    span.setResourceAttributes(Map.of());
    span.setEvents(List.of());
    span.setLinks(List.of());
    Map<String, Object> map = new TreeMap<>();
    for (int i = 0; i < attributes.length; i += 2) {
      map.put((String) attributes[i], attributes[i + 1]);
    }
    span.setAttributes(map);
    return span;
  }

  static TraceRows fold(List<Span> spans) {
    return fold(spans, List.of());
  }

  static TraceRows fold(List<Span> spans, Collection<DecisionEvent> decisions) {
    return TraceFold.fold(
        new TraceContents(
            TRACE, spans, 0, false, List.of(), List.of(), List.copyOf(decisions), List.of()));
  }
}

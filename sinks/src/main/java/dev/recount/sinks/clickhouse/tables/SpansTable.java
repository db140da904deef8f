package dev.recount.sinks.clickhouse.tables;

import dev.recount.avro.JsonValue;
import dev.recount.avro.Span;
import dev.recount.sinks.clickhouse.rows.RowBinary;
import dev.recount.sinks.clickhouse.rows.Table;
import dev.recount.sinks.clickhouse.rows.Values;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One row per span of a retained trace. */
final class SpansTable {
  static final Table<Span> TABLE =
      Table.<Span>named("spans")
          .text("trace_id", Span::getTraceId)
          .text("span_id", Span::getSpanId)
          .text("parent_span_id", Span::getParentSpanId)
          .text("trace_state", Span::getTraceState)
          .smallNumber("trace_flags", Span::getFlags)
          .text("name", Span::getName)
          .symbol("kind", Span::getKind)
          .nanos("started_at", Span::getStartTimeUnixNano)
          .optionalNanos("ended_at", Span::getEndTimeUnixNano)
          // Spelled as in the other tables: ok, error, unset.
          .text("status", SpansTable::status)
          .text("status_message", Span::getStatusMessage)
          .text("service", Span::getServiceName)
          .text("scope_name", Span::getScopeName)
          .text("scope_version", Span::getScopeVersion)
          .column(
              "resource_attributes", (row, span) -> attributes(row, span.getResourceAttributes()))
          .column("attributes", (row, span) -> attributes(row, span.getAttributes()))
          .array(
              "events",
              Span::getEvents,
              (row, event) -> {
                Values.optionalNanos(row, event.getTimeUnixNano());
                row.string(event.getName());
                attributes(row, event.getAttributes());
              })
          .array(
              "links",
              Span::getLinks,
              (row, link) -> {
                row.string(link.getTraceId());
                row.string(link.getSpanId());
                attributes(row, link.getAttributes());
              })
          .replacing(Span::getRevision, Span::getKeyTime, span -> false)
          .build();

  private SpansTable() {}

  private static String status(Span span) {
    return switch (span.getStatusCode()) {
      case UNSET -> "unset";
      case OK -> "ok";
      case ERROR -> "error";
    };
  }

  private static void attributes(RowBinary row, Map<String, Object> attributes) {
    row.size(attributes.size());
    attributes.forEach(
        (name, value) -> {
          row.string(name);
          row.string(text(value));
        });
  }

  private static String text(@Nullable Object value) {
    if (value == null) {
      return "";
    }
    if (value instanceof JsonValue structured) {
      return structured.getJson();
    }
    if (value instanceof ByteBuffer bytes) {
      return new String(
          Base64.getEncoder().encode(bytes.duplicate()).array(), StandardCharsets.ISO_8859_1);
    }
    return value.toString();
  }
}

package dev.recount.connectors.otlp;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;

/** OTLP requests for tests. */
final class Requests {
  private Requests() {}

  static Span span(int number, int textCharacters) {
    return Span.newBuilder()
        .setTraceId(id(16, number))
        .setSpanId(id(8, number))
        .setName("span " + number)
        .addAttributes(attribute("text", "x".repeat(textCharacters)))
        .build();
  }

  static KeyValue attribute(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  static ByteString id(int bytes, int number) {
    return ByteString.copyFrom(ByteBuffer.allocate(bytes).putInt(bytes - 4, number).array());
  }

  static Resource resource(String service) {
    return Resource.newBuilder().addAttributes(attribute("service.name", service)).build();
  }

  static ExportTraceServiceRequest traces(List<Span> spans) {
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(
            ResourceSpans.newBuilder()
                .setResource(resource("test"))
                .setSchemaUrl("https://example.com/resource")
                .addScopeSpans(
                    ScopeSpans.newBuilder()
                        .setScope(InstrumentationScope.newBuilder().setName("scope"))
                        .setSchemaUrl("https://example.com/scope")
                        .addAllSpans(spans)))
        .build();
  }

  static ExportTraceServiceRequest traces(int spans, int textCharacters) {
    return traces(
        IntStream.rangeClosed(1, spans).mapToObj(number -> span(number, textCharacters)).toList());
  }

  static ExportLogsServiceRequest logs(LogRecord... logs) {
    return ExportLogsServiceRequest.newBuilder()
        .addResourceLogs(
            ResourceLogs.newBuilder()
                .setResource(resource("test"))
                .addScopeLogs(ScopeLogs.newBuilder().addAllLogRecords(Arrays.asList(logs))))
        .build();
  }

  static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(bytes);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return compressed.toByteArray();
  }
}

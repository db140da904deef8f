package dev.recount.connectors.otlp;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.recount.schemas.Topics;
import dev.recount.schemas.redaction.OtlpRedaction;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.List;
import java.util.Optional;

/**
 * A kind of telemetry that the receiver takes.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/otlp/">OTLP specification</a>
 */
enum Signal {
  /** Spans. */
  TRACES("spans", "opentelemetry.proto.collector.trace.v1.TraceService") {
    @Override
    Message parse(byte[] bytes) throws InvalidProtocolBufferException {
      return ExportTraceServiceRequest.parseFrom(bytes);
    }

    @Override
    Message redact(Message request, OtlpRedaction redaction) {
      ExportTraceServiceRequest.Builder redacted = ExportTraceServiceRequest.newBuilder();
      for (ResourceSpans spans : ((ExportTraceServiceRequest) request).getResourceSpansList()) {
        redacted.addResourceSpans(redaction.spans(spans));
      }
      return redacted.build();
    }

    @Override
    Message.Builder newRequest() {
      return ExportTraceServiceRequest.newBuilder();
    }

    @Override
    Message response(Admission admission) {
      ExportTraceServiceResponse.Builder response = ExportTraceServiceResponse.newBuilder();
      if (admission.rejected() > 0) {
        response.setPartialSuccess(
            ExportTracePartialSuccess.newBuilder()
                .setRejectedSpans(admission.rejected())
                .setErrorMessage(admission.message()));
      }
      return response.build();
    }

    @Override
    Optional<String> problem(Message item) {
      Span span = (Span) item;
      if (isId(span.getTraceId(), TRACE_ID_BYTES) && isId(span.getSpanId(), SPAN_ID_BYTES)) {
        return Optional.empty();
      }
      Optional<String> ofTrace = idProblem("trace ID", span.getTraceId(), TRACE_ID_BYTES);
      return Optional.of(
          ofTrace.orElseGet(
                  () -> idProblem("span ID", span.getSpanId(), SPAN_ID_BYTES).orElse("invalid"))
              + " in span '"
              + abbreviate(span.getName())
              + "'");
    }

    @Override
    List<String> paths(OtlpSettings settings) {
      return settings.tracePaths();
    }

    @Override
    String topic(Topics topics) {
      return topics.otlpSpans().name();
    }
  },
  /** Log records, GenAI events among them. */
  LOGS("log records", "opentelemetry.proto.collector.logs.v1.LogsService") {
    @Override
    Message parse(byte[] bytes) throws InvalidProtocolBufferException {
      return ExportLogsServiceRequest.parseFrom(bytes);
    }

    @Override
    Message redact(Message request, OtlpRedaction redaction) {
      ExportLogsServiceRequest.Builder redacted = ExportLogsServiceRequest.newBuilder();
      for (ResourceLogs logs : ((ExportLogsServiceRequest) request).getResourceLogsList()) {
        redacted.addResourceLogs(redaction.logs(logs));
      }
      return redacted.build();
    }

    @Override
    Message.Builder newRequest() {
      return ExportLogsServiceRequest.newBuilder();
    }

    @Override
    Message response(Admission admission) {
      ExportLogsServiceResponse.Builder response = ExportLogsServiceResponse.newBuilder();
      if (admission.rejected() > 0) {
        response.setPartialSuccess(
            ExportLogsPartialSuccess.newBuilder()
                .setRejectedLogRecords(admission.rejected())
                .setErrorMessage(admission.message()));
      }
      return response.build();
    }

    /**
     * The data model lets a receiver take a log record whose IDs are absent or invalid as one that
     * belongs to no trace, so none is refused for its IDs.
     */
    @Override
    Optional<String> problem(Message item) {
      return Optional.empty();
    }

    @Override
    List<String> paths(OtlpSettings settings) {
      return settings.logPaths();
    }

    @Override
    String topic(Topics topics) {
      return topics.otlpLogs().name();
    }
  };

  private static final int TRACE_ID_BYTES = 16;
  private static final int SPAN_ID_BYTES = 8;
  private static final int NAME_CHARACTERS = 80;

  private final String items;
  private final String grpcService;

  Signal(String items, String grpcService) {
    this.items = items;
    this.grpcService = grpcService;
  }

  /** What its items are called, in the plural. */
  String items() {
    return items;
  }

  /** Full name of its gRPC service, whose only method is {@code Export}. */
  String grpcService() {
    return grpcService;
  }

  /** Its request in the bytes. */
  abstract Message parse(byte[] bytes) throws InvalidProtocolBufferException;

  /** The same request, redacted. */
  abstract Message redact(Message request, OtlpRedaction redaction);

  /** An empty request. */
  abstract Message.Builder newRequest();

  /** What to answer once Kafka has everything that was admitted. */
  abstract Message response(Admission admission);

  /** Why an item is refused; empty when it is not. */
  abstract Optional<String> problem(Message item);

  /** HTTP paths that take it. */
  abstract List<String> paths(OtlpSettings settings);

  /** Where its requests go. */
  abstract String topic(Topics topics);

  private static boolean isId(ByteString id, int bytes) {
    if (id.size() != bytes) {
      return false;
    }
    for (int i = 0; i < bytes; i++) {
      if (id.byteAt(i) != 0) {
        return true;
      }
    }
    return false;
  }

  private static Optional<String> idProblem(String what, ByteString id, int bytes) {
    if (isId(id, bytes)) {
      return Optional.empty();
    }
    if (id.isEmpty()) {
      return Optional.of(what + " is empty or not hexadecimal");
    }
    return Optional.of(
        id.size() == bytes
            ? what + " is all zero"
            : what + " has " + id.size() + " bytes instead of " + bytes);
  }

  private static String abbreviate(String name) {
    return name.length() <= NAME_CHARACTERS ? name : name.substring(0, NAME_CHARACTERS) + "…";
  }
}

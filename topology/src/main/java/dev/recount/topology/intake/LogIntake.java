package dev.recount.topology.intake;

import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.SpanLogRecord;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.UndecodableException;
import dev.recount.schemas.otlp.MalformedOtlpException;
import dev.recount.schemas.otlp.OtlpEncoding;
import dev.recount.schemas.redaction.OtlpRedaction;
import dev.recount.schemas.redaction.Redaction;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.LogsData;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes in {@code otlp_logs}: the events of the GenAI conventions. Evaluation results become
 * feedback; other {@code gen_ai.*} events are entries of their trace's log. Log lines of any other
 * kind are not telemetry of an agent and are passed over.
 */
public final class LogIntake extends IntakeProcessor {
  private static final String EVENT_NAME = "event.name";
  private static final String CONVENTION = "gen_ai.";

  private final OtlpEncoding encoding;
  private final boolean redacting;
  private final OtlpRedaction redaction;

  /** Reads records of the encoding, redacts them and writes entries with the codec. */
  public LogIntake(AvroCodec<TraceEvent> codec, OtlpEncoding encoding, Redaction redaction) {
    super(codec, redaction);
    this.encoding = encoding;
    this.redacting = redaction.isActive();
    this.redaction = new OtlpRedaction(redaction);
  }

  @Override
  void accept(byte[] value) {
    LogsData.Builder read = LogsData.newBuilder();
    try {
      encoding.read(value, read);
    } catch (MalformedOtlpException malformed) {
      throw new UndecodableException("Not OTLP log records: " + malformed.getMessage(), malformed);
    }
    if (redacting) {
      for (int i = 0; i < read.getResourceLogsCount(); i++) {
        read.setResourceLogs(i, redaction.logs(read.getResourceLogs(i)));
      }
    }
    LogsData logs = read.build();
    isRead(logs::toByteArray);
    Refusals refusals = new Refusals();
    for (ResourceLogs ofResource : logs.getResourceLogsList()) {
      Map<String, Object> resource = OtlpSpans.resourceAttributes(ofResource.getResource());
      for (ScopeLogs ofScope : ofResource.getScopeLogsList()) {
        for (LogRecord record : ofScope.getLogRecordsList()) {
          accept(record, ofScope, resource, refusals);
        }
      }
    }
    if (!refusals.isEmpty()) {
      deadLetter(refusals.toString());
    }
  }

  private void accept(
      LogRecord record, ScopeLogs scope, Map<String, Object> resource, Refusals refusals) {
    Map<String, Object> attributes = AttributeValues.map(record.getAttributesList());
    String event = eventName(record, attributes);
    if (event == null || !event.startsWith(CONVENTION)) {
      return;
    }
    String traceId = OtlpSpans.traceId(record.getTraceId());
    String spanId = OtlpSpans.spanId(record.getSpanId());
    long time =
        record.getTimeUnixNano() != 0 ? record.getTimeUnixNano() : record.getObservedTimeUnixNano();
    try {
      if (EvaluationResults.EVENT.equals(event)) {
        FeedbackEvent feedback = EvaluationResults.feedback(attributes, traceId, spanId, time);
        FeedbackFiling.append(feedback, this);
      } else if (traceId != null) {
        SpanLogRecord log = new SpanLogRecord();
        log.setTraceId(traceId);
        log.setSpanId(spanId);
        log.setTimeUnixNano(time);
        log.setEventName(event);
        log.setSeverityNumber(record.getSeverityNumberValue());
        log.setBody(AttributeValues.value(record.getBody()));
        log.setAttributes(attributes);
        log.setServiceName(OtlpSpans.serviceName(resource));
        log.setResourceAttributes(resource);
        log.setScopeName(OtlpSpans.emptyToNull(scope.getScope().getName()));
        log.setScopeVersion(OtlpSpans.emptyToNull(scope.getScope().getVersion()));
        String identity = (spanId == null ? "" : spanId) + "/" + event + "/" + time;
        append(traceId, TraceEventKind.LOG_RECORD, identity, time, 0, log);
      } else {
        refusals.add("Event " + event + ": no trace ID");
      }
    } catch (UndecodableException refused) {
      refusals.add("Event " + event + ": " + refused.getMessage());
    }
  }

  private static @Nullable String eventName(LogRecord record, Map<String, Object> attributes) {
    if (!record.getEventName().isEmpty()) {
      return record.getEventName();
    }
    Object name = attributes.get(EVENT_NAME);
    return name == null ? null : name.toString();
  }
}

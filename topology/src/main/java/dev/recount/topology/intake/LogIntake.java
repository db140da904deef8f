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
import dev.recount.topology.Sha256;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.LogsData;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import java.util.HashMap;
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
  private static final int ID_DIGITS = 16;

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
    Export export = new Export();
    for (ResourceLogs ofResource : logs.getResourceLogsList()) {
      Map<String, Object> resource = OtlpSpans.resourceAttributes(ofResource.getResource());
      for (ScopeLogs ofScope : ofResource.getScopeLogsList()) {
        for (LogRecord record : ofScope.getLogRecordsList()) {
          accept(record, ofScope, resource, export);
        }
      }
    }
    if (!export.refusals.isEmpty()) {
      deadLetter(export.refusals.toString());
    }
  }

  /** What is known of an export while its records are taken in. */
  private static final class Export {
    final Refusals refusals = new Refusals();

    /** How often each identity has occurred: a conversation may say the same thing twice. */
    private final Map<String, Integer> identities = new HashMap<>();

    private int position;

    /** The record's identity in its trace's log, and its place in the export. */
    String place(SpanLogRecord log) {
      log.setPosition(position++);
      String identity = identity(log);
      int occurrence = identities.merge(log.getTraceId() + identity, 1, Integer::sum);
      return occurrence == 1 ? identity : identity + "#" + occurrence;
    }
  }

  private void accept(
      LogRecord record, ScopeLogs scope, Map<String, Object> resource, Export export) {
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
        Map<String, Object> fields = AttributeValues.flattened(record.getBody());
        fields.putAll(attributes);
        FeedbackEvent feedback = EvaluationResults.feedback(fields, traceId, spanId, time);
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
        append(traceId, TraceEventKind.LOG_RECORD, export.place(log), time, 0, log);
      } else {
        export.refusals.add("Event " + event + ": no trace ID");
      }
    } catch (UndecodableException refused) {
      export.refusals.add("Event " + event + ": " + refused.getMessage());
    }
  }

  /**
   * What the record is known by. Several messages of one name often share a time, so that only what
   * they say tells them apart.
   */
  private static String identity(SpanLogRecord log) {
    String said = log.getBody() + " " + log.getAttributes();
    return (log.getSpanId() == null ? "" : log.getSpanId())
        + "/"
        + log.getEventName()
        + "/"
        + log.getTimeUnixNano()
        + "/"
        + Sha256.hexOf(said).substring(0, ID_DIGITS);
  }

  private static @Nullable String eventName(LogRecord record, Map<String, Object> attributes) {
    if (!record.getEventName().isEmpty()) {
      return record.getEventName();
    }
    Object name = attributes.get(EVENT_NAME);
    return name == null ? null : name.toString();
  }
}

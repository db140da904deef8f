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
import dev.recount.topology.convention.Aliases;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.LogsData;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HexFormat;
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
  private static final int ID_BYTES = 16;

  private final OtlpEncoding encoding;
  private final boolean redacting;
  private final OtlpRedaction redaction;
  private final Suspicions suspicions;
  private final boolean announceAliases;

  /**
   * Reads records of the encoding, redacts them and writes entries with the codec.
   *
   * @param evaluators asked whether a model's answer calls for judging it at once
   * @param announceAliases whether to log which tool call IDs occur in a trace
   */
  public LogIntake(
      AvroCodec<TraceEvent> codec,
      OtlpEncoding encoding,
      Redaction redaction,
      WantedEvaluators evaluators,
      boolean announceAliases) {
    super(codec, redaction);
    this.suspicions = new Suspicions(evaluators);
    this.announceAliases = announceAliases;
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
    private final Map<String, Integer> places = new HashMap<>();

    /**
     * The record's place among those of its span and time in the export: the only thing that tells
     * the order of messages whose clock has too few digits.
     */
    int place(SpanLogRecord log) {
      String moment =
          String.join(
              "/",
              log.getTraceId(),
              log.getSpanId(),
              Long.toString(log.getTimeUnixNano()),
              Long.toString(log.getObservedTimeUnixNano()));
      return places.merge(moment, 1, Integer::sum) - 1;
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
    long observed = OtlpSpans.time(record.getObservedTimeUnixNano());
    long time = record.getTimeUnixNano() != 0 ? OtlpSpans.time(record.getTimeUnixNano()) : observed;
    try {
      if (EvaluationResults.EVENT.equals(event)) {
        Map<String, Object> fields = AttributeValues.flattened(record.getBody());
        fields.putAll(attributes);
        FeedbackEvent feedback =
            EvaluationResults.feedback(fields, traceId, spanId, time, observed);
        FeedbackFiling.append(feedback, this);
      } else if (traceId != null) {
        SpanLogRecord log = new SpanLogRecord();
        log.setTraceId(traceId);
        log.setSpanId(spanId);
        log.setTimeUnixNano(time);
        log.setObservedTimeUnixNano(observed);
        log.setEventName(event);
        log.setSeverityNumber(record.getSeverityNumberValue());
        log.setBody(AttributeValues.value(record.getBody()));
        log.setAttributes(attributes);
        log.setServiceName(OtlpSpans.serviceName(resource));
        log.setResourceAttributes(resource);
        log.setScopeName(OtlpSpans.emptyToNull(scope.getScope().getName()));
        log.setScopeVersion(OtlpSpans.emptyToNull(scope.getScope().getVersion()));
        file(log, export);
      } else {
        export.refusals.add("Event " + event + ": no trace ID");
      }
    } catch (UndecodableException refused) {
      export.refusals.add("Event " + event + ": " + refused.getMessage());
    }
  }

  /**
   * Files a record under all that it says, so that the same one is one however often and with
   * whatever others it is exported. Only its place may differ then, and the later place holds: an
   * export that knows of those before it knows more.
   */
  private void file(SpanLogRecord log, Export export) {
    String identity = identity(log);
    int place = export.place(log);
    log.setPosition(place);
    append(log.getTraceId(), TraceEventKind.LOG_RECORD, identity, place, suspicions.of(log), log);
    if (announceAliases) {
      Aliases.of(
          log, alias -> announce(alias.kind(), alias.value(), log.getTraceId(), log.getSpanId()));
    }
  }

  private static String identity(SpanLogRecord log) {
    try {
      byte[] said = Sha256.newDigest().digest(SpanLogRecord.getEncoder().encode(log).array());
      return log.getEventName() + "/" + HexFormat.of().formatHex(said, 0, ID_BYTES);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
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

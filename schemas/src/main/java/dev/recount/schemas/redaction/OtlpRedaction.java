package dev.recount.schemas.redaction;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.List;
import java.util.ListIterator;
import java.util.function.UnaryOperator;

/** Redacts OTLP. Strings, numbers that are found to be more, and bytes that are text. */
public final class OtlpRedaction {
  private final Redaction redaction;

  /** Redacts by a redaction. */
  public OtlpRedaction(Redaction redaction) {
    this.redaction = redaction;
  }

  /** Spans of one resource. */
  public ResourceSpans spans(ResourceSpans sent) {
    ResourceSpans.Builder spans = sent.toBuilder();
    spans.setResource(resource(sent.getResource()));
    for (ScopeSpans.Builder scope : spans.getScopeSpansBuilderList()) {
      scope.setScope(scope(scope.getScope()));
      for (Span.Builder span : scope.getSpansBuilderList()) {
        span(span);
      }
    }
    return spans.build();
  }

  /** Log records of one resource. */
  public ResourceLogs logs(ResourceLogs sent) {
    ResourceLogs.Builder logs = sent.toBuilder();
    logs.setResource(resource(sent.getResource()));
    for (ScopeLogs.Builder scope : logs.getScopeLogsBuilderList()) {
      scope.setScope(scope(scope.getScope()));
      for (LogRecord.Builder record : scope.getLogRecordsBuilderList()) {
        if (record.hasBody()) {
          record.setBody(value(record.getBody(), text(RedactedField.LOGS)));
        }
        attributes(record.getAttributesBuilderList(), RedactedField.ATTRIBUTES);
      }
    }
    return logs.build();
  }

  private void span(Span.Builder span) {
    span.setName(redaction.text(RedactedField.NAMES, span.getName()));
    if (span.hasStatus()) {
      Status.Builder status = span.getStatusBuilder();
      status.setMessage(redaction.text(RedactedField.ERRORS, status.getMessage()));
    }
    attributes(span.getAttributesBuilderList(), RedactedField.ATTRIBUTES);
    for (Span.Event.Builder event : span.getEventsBuilderList()) {
      event.setName(redaction.text(RedactedField.NAMES, event.getName()));
      attributes(event.getAttributesBuilderList(), RedactedField.ATTRIBUTES);
    }
    for (Span.Link.Builder link : span.getLinksBuilderList()) {
      attributes(link.getAttributesBuilderList(), RedactedField.ATTRIBUTES);
    }
  }

  private Resource resource(Resource sent) {
    Resource.Builder resource = sent.toBuilder();
    attributes(resource.getAttributesBuilderList(), RedactedField.RESOURCES);
    return resource.build();
  }

  private InstrumentationScope scope(InstrumentationScope sent) {
    InstrumentationScope.Builder scope = sent.toBuilder();
    attributes(scope.getAttributesBuilderList(), RedactedField.RESOURCES);
    return scope.build();
  }

  private void attributes(List<KeyValue.Builder> attributes, RedactedField otherwise) {
    for (KeyValue.Builder attribute : attributes) {
      String key = attribute.getKey();
      attribute.setValue(
          value(attribute.getValue(), text -> redaction.attribute(key, otherwise, text)));
    }
  }

  private UnaryOperator<String> text(RedactedField field) {
    return text -> redaction.text(field, text);
  }

  /** The same object when nothing is replaced. Protobuf bounds the depth. */
  @SuppressWarnings("ReferenceEquality") // the same object says that nothing was replaced
  private static AnyValue value(AnyValue sent, UnaryOperator<String> redact) {
    return switch (sent.getValueCase()) {
      case STRING_VALUE -> {
        String text = sent.getStringValue();
        String redacted = redact.apply(text);
        yield redacted == text ? sent : string(redacted);
      }
      case INT_VALUE -> {
        String text = Long.toString(sent.getIntValue());
        String redacted = redact.apply(text);
        yield redacted == text ? sent : string(redacted);
      }
      case BYTES_VALUE -> bytes(sent, redact);
      case ARRAY_VALUE -> {
        ArrayValue.Builder array = sent.getArrayValue().toBuilder();
        ListIterator<AnyValue> values = sent.getArrayValue().getValuesList().listIterator();
        while (values.hasNext()) {
          int index = values.nextIndex();
          array.setValues(index, value(values.next(), redact));
        }
        yield sent.toBuilder().setArrayValue(array).build();
      }
      case KVLIST_VALUE -> {
        KeyValueList.Builder list = sent.getKvlistValue().toBuilder();
        for (KeyValue.Builder entry : list.getValuesBuilderList()) {
          entry.setKey(redact.apply(entry.getKey()));
          entry.setValue(value(entry.getValue(), redact));
        }
        yield sent.toBuilder().setKvlistValue(list).build();
      }
      case BOOL_VALUE, DOUBLE_VALUE, STRING_VALUE_STRINDEX, VALUE_NOT_SET -> sent;
    };
  }

  private static AnyValue bytes(AnyValue sent, UnaryOperator<String> redact) {
    if (!sent.getBytesValue().isValidUtf8()) {
      return sent;
    }
    String text = sent.getBytesValue().toStringUtf8();
    String redacted = redact.apply(text);
    return redacted.equals(text)
        ? sent
        : AnyValue.newBuilder().setBytesValue(ByteString.copyFromUtf8(redacted)).build();
  }

  private static AnyValue string(String text) {
    return AnyValue.newBuilder().setStringValue(text).build();
  }
}

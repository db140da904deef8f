package dev.recount.connectors.otlp;

import com.google.protobuf.Message;
import dev.recount.schemas.content.ContentReference;
import dev.recount.schemas.content.ContentStoreException;
import dev.recount.schemas.json.JsonText;
import dev.recount.schemas.otlp.AnyValues;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Takes what is large out of a request, keeps it in the store and leaves a reference in its place.
 *
 * <p>Of a value that is JSON, or an array or object, only the long strings within go if that is
 * enough: messages keep their roles, their order and their tool calls, and whoever reads them finds
 * references in place of long contents. Otherwise the whole value goes.
 */
final class ContentLifter {
  /** A string within a larger value goes when it has more than this part of the threshold. */
  private static final int PART = 16;

  /** What a span or log record may still have when everything over the threshold is out. */
  private static final int MAXIMUM_ITEM_BYTES =
      Admitter.MAXIMUM_BYTES - Admitter.MAXIMUM_HEADER_BYTES - (1 << 10);

  private final LargeContent content;

  ContentLifter(LargeContent content) {
    this.content = content;
  }

  /**
   * The request without what is large.
   *
   * @return the same object when nothing in it is
   * @throws ContentStoreException when the store does not keep it; nothing is to be sent then
   */
  Message lift(Signal signal, Message request) {
    if (request.getSerializedSize() <= content.threshold()) {
      return request;
    }
    return switch (signal) {
      case TRACES -> liftSpans((ExportTraceServiceRequest) request);
      case LOGS -> liftLogs((ExportLogsServiceRequest) request);
    };
  }

  private ExportTraceServiceRequest liftSpans(ExportTraceServiceRequest request) {
    ExportTraceServiceRequest.Builder lifted = request.toBuilder();
    for (int i = 0; i < request.getResourceSpansCount(); i++) {
      if (isLarge(request.getResourceSpans(i))) {
        ResourceSpans.Builder spans = lifted.getResourceSpansBuilder(i);
        spans.setResource(resource(spans.getResource()));
        for (ScopeSpans.Builder scope : spans.getScopeSpansBuilderList()) {
          scope.setScope(scope(scope.getScope()));
          for (int j = 0; j < scope.getSpansCount(); j++) {
            Span span = scope.getSpans(j);
            if (isLarge(span)) {
              scope.setSpans(j, fit(span, MAXIMUM_ITEM_BYTES, this::span));
            }
          }
        }
      }
    }
    return lifted.build();
  }

  private ExportLogsServiceRequest liftLogs(ExportLogsServiceRequest request) {
    ExportLogsServiceRequest.Builder lifted = request.toBuilder();
    for (int i = 0; i < request.getResourceLogsCount(); i++) {
      if (isLarge(request.getResourceLogs(i))) {
        ResourceLogs.Builder logs = lifted.getResourceLogsBuilder(i);
        logs.setResource(resource(logs.getResource()));
        for (ScopeLogs.Builder scope : logs.getScopeLogsBuilderList()) {
          scope.setScope(scope(scope.getScope()));
          for (int j = 0; j < scope.getLogRecordsCount(); j++) {
            LogRecord record = scope.getLogRecords(j);
            if (isLarge(record)) {
              scope.setLogRecords(j, fit(record, MAXIMUM_ITEM_BYTES, this::logRecord));
            }
          }
        }
      }
    }
    return lifted.build();
  }

  private boolean isLarge(Message message) {
    return message.getSerializedSize() > content.threshold();
  }

  /** Lifts by the threshold, and by lower ones as long as what is left does not fit. */
  private <T extends Message> T fit(T sent, int maximumBytes, Lift<T> lift) {
    T lifted = lift.by(content.threshold(), sent);
    for (int threshold = content.threshold() / PART;
        threshold >= LargeContent.MINIMUM_THRESHOLD && lifted.getSerializedSize() > maximumBytes;
        threshold /= PART) {
      lifted = lift.by(threshold, lifted);
    }
    return lifted;
  }

  @FunctionalInterface
  private interface Lift<T> {
    T by(int threshold, T sent);
  }

  private Resource resource(Resource sent) {
    return isLarge(sent) ? fit(sent, Admitter.MAXIMUM_HEADER_BYTES / 2, this::resource) : sent;
  }

  private Resource resource(int threshold, Resource sent) {
    Resource.Builder resource = sent.toBuilder();
    attributes(threshold, resource.getAttributesBuilderList());
    return resource.build();
  }

  private InstrumentationScope scope(InstrumentationScope sent) {
    return isLarge(sent) ? fit(sent, Admitter.MAXIMUM_HEADER_BYTES / 2, this::scope) : sent;
  }

  private InstrumentationScope scope(int threshold, InstrumentationScope sent) {
    InstrumentationScope.Builder scope = sent.toBuilder();
    attributes(threshold, scope.getAttributesBuilderList());
    return scope.build();
  }

  private Span span(int threshold, Span sent) {
    Span.Builder span = sent.toBuilder();
    attributes(threshold, span.getAttributesBuilderList());
    for (Span.Event.Builder event : span.getEventsBuilderList()) {
      attributes(threshold, event.getAttributesBuilderList());
    }
    for (Span.Link.Builder link : span.getLinksBuilderList()) {
      attributes(threshold, link.getAttributesBuilderList());
    }
    return span.build();
  }

  private LogRecord logRecord(int threshold, LogRecord sent) {
    LogRecord.Builder record = sent.toBuilder();
    if (record.hasBody()) {
      record.setBody(value(threshold, record.getBody()));
    }
    attributes(threshold, record.getAttributesBuilderList());
    return record.build();
  }

  private void attributes(int threshold, List<KeyValue.Builder> attributes) {
    for (KeyValue.Builder attribute : attributes) {
      AnyValue sent = attribute.getValue();
      if (sent.getSerializedSize() > threshold) {
        attribute.setValue(value(threshold, sent));
      }
    }
  }

  private AnyValue value(int threshold, AnyValue sent) {
    if (sent.getSerializedSize() <= threshold) {
      return sent;
    }
    return switch (sent.getValueCase()) {
      case STRING_VALUE -> string(threshold, sent.getStringValue());
      case BYTES_VALUE ->
          reference(keep(sent.getBytesValue().toByteArray(), ContentReference.BINARY));
      case ARRAY_VALUE, KVLIST_VALUE -> structure(threshold, sent);
      case BOOL_VALUE, INT_VALUE, DOUBLE_VALUE, STRING_VALUE_STRINDEX, VALUE_NOT_SET -> sent;
    };
  }

  private AnyValue string(int threshold, String text) {
    Parts parts = new Parts(threshold / PART);
    Optional<String> json = JsonText.replace(text, parts);
    if (json.isPresent() && ContentReference.bytesOf(json.get()).length <= threshold) {
      parts.keep();
      return AnyValue.newBuilder().setStringValue(json.get()).build();
    }
    return reference(
        keep(
            ContentReference.bytesOf(text),
            json.isPresent() ? ContentReference.JSON : ContentReference.TEXT));
  }

  private AnyValue structure(int threshold, AnyValue sent) {
    Parts parts = new Parts(threshold / PART);
    AnyValue lifted = strings(sent, parts::string);
    if (lifted.getSerializedSize() <= threshold) {
      parts.keep();
      return lifted;
    }
    return reference(keep(ContentReference.bytesOf(AnyValues.json(sent)), ContentReference.JSON));
  }

  /** Protobuf bounds the depth. */
  private static AnyValue strings(AnyValue sent, UnaryOperator<String> replace) {
    return switch (sent.getValueCase()) {
      case STRING_VALUE ->
          AnyValue.newBuilder().setStringValue(replace.apply(sent.getStringValue())).build();
      case ARRAY_VALUE -> {
        ArrayValue.Builder array = ArrayValue.newBuilder();
        sent.getArrayValue()
            .getValuesList()
            .forEach(each -> array.addValues(strings(each, replace)));
        yield AnyValue.newBuilder().setArrayValue(array).build();
      }
      case KVLIST_VALUE -> {
        KeyValueList.Builder list = KeyValueList.newBuilder();
        for (KeyValue entry : sent.getKvlistValue().getValuesList()) {
          list.addValues(entry.toBuilder().setValue(strings(entry.getValue(), replace)));
        }
        yield AnyValue.newBuilder().setKvlistValue(list).build();
      }
      case BYTES_VALUE, BOOL_VALUE, INT_VALUE, DOUBLE_VALUE, STRING_VALUE_STRINDEX, VALUE_NOT_SET ->
          sent;
    };
  }

  private ContentReference keep(byte[] bytes, String type) {
    ContentReference reference = ContentReference.to(bytes, type);
    content.store().put(reference, bytes);
    return reference;
  }

  private static AnyValue reference(ContentReference reference) {
    return AnyValue.newBuilder().setStringValue(reference.format()).build();
  }

  /** Long strings within a value, which go to the store once it is clear that this is enough. */
  private final class Parts implements JsonText.Replacer {
    private final int threshold;
    private final Map<ContentReference, byte[]> found = new LinkedHashMap<>();

    Parts(int threshold) {
      this.threshold = Math.max(threshold, LargeContent.MINIMUM_THRESHOLD / PART);
    }

    @Override
    public String string(String value) {
      // A character has at most three bytes of UTF-8 for each of its chars.
      if (value.length() <= threshold / 3) {
        return value;
      }
      byte[] bytes = ContentReference.bytesOf(value);
      if (bytes.length <= threshold) {
        return value;
      }
      ContentReference reference = ContentReference.to(bytes, ContentReference.TEXT);
      found.put(reference, bytes);
      return reference.format();
    }

    @Override
    public String key(String name) {
      return name;
    }

    @Override
    public @Nullable String number(String literal) {
      return null;
    }

    void keep() {
      found.forEach(content.store()::put);
    }
  }
}

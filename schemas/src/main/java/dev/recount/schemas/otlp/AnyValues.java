package dev.recount.schemas.otlp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Base64;

/** OTLP attribute values as JSON: bytes in base64, numbers that JSON lacks as text. */
public final class AnyValues {
  private static final JsonFactory JSON = new JsonFactory();

  private AnyValues() {}

  /** A value as JSON; {@code null} for an empty one. */
  public static String json(AnyValue value) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = JSON.createGenerator(text)) {
      write(value, generator);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return text.toString();
  }

  // Protobuf bounds the depth of what it parses, and so the depth of this recursion.
  private static void write(AnyValue value, JsonGenerator generator) throws IOException {
    switch (value.getValueCase()) {
      case STRING_VALUE -> generator.writeString(value.getStringValue());
      case BOOL_VALUE -> generator.writeBoolean(value.getBoolValue());
      case INT_VALUE -> generator.writeNumber(value.getIntValue());
      case DOUBLE_VALUE -> {
        if (Double.isFinite(value.getDoubleValue())) {
          generator.writeNumber(value.getDoubleValue());
        } else {
          generator.writeString(Double.toString(value.getDoubleValue()));
        }
      }
      case BYTES_VALUE ->
          generator.writeString(
              Base64.getEncoder().encodeToString(value.getBytesValue().toByteArray()));
      case ARRAY_VALUE -> {
        generator.writeStartArray();
        for (AnyValue element : value.getArrayValue().getValuesList()) {
          write(element, generator);
        }
        generator.writeEndArray();
      }
      case KVLIST_VALUE -> {
        generator.writeStartObject();
        for (KeyValue entry : value.getKvlistValue().getValuesList()) {
          generator.writeFieldName(entry.getKey());
          write(entry.getValue(), generator);
        }
        generator.writeEndObject();
      }
      case STRING_VALUE_STRINDEX, VALUE_NOT_SET -> generator.writeNull();
    }
  }
}

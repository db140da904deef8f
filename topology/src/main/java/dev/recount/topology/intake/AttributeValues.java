package dev.recount.topology.intake;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.recount.avro.JsonValue;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** OTLP attribute values as the contracts carry them: scalars as they are, the rest as JSON. */
final class AttributeValues {
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS).build();

  private AttributeValues() {}

  /** Attributes in ascending order of their keys; of equal keys the last one holds. */
  static Map<String, Object> map(List<KeyValue> attributes) {
    Map<String, Object> map = new TreeMap<>();
    for (KeyValue attribute : attributes) {
      put(map, attribute.getKey(), value(attribute.getValue()));
    }
    return map;
  }

  /**
   * The members of a structured value by their paths, as attributes would name them: {@code a.b}
   * for member {@code b} of member {@code a}. Empty for a scalar.
   */
  static Map<String, Object> flattened(AnyValue value) {
    Map<String, Object> flat = new TreeMap<>();
    flatten("", value, flat);
    return flat;
  }

  // Protobuf bounds the depth of what it parses, and so the depth of this recursion.
  private static void flatten(String path, AnyValue value, Map<String, Object> flat) {
    for (KeyValue member : value.getKvlistValue().getValuesList()) {
      String name = path + member.getKey();
      if (member.getValue().hasKvlistValue()) {
        flatten(name + ".", member.getValue(), flat);
      } else {
        put(flat, name, value(member.getValue()));
      }
    }
  }

  @SuppressWarnings("NullAway") // an attribute may be present without a value
  private static void put(Map<String, Object> map, String key, @Nullable Object value) {
    map.put(key, value);
  }

  /** A value as the contracts carry it; null for an empty one. */
  static @Nullable Object value(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> value.getStringValue();
      case BOOL_VALUE -> value.getBoolValue();
      case INT_VALUE -> value.getIntValue();
      case DOUBLE_VALUE -> value.getDoubleValue();
      case BYTES_VALUE -> value.getBytesValue().asReadOnlyByteBuffer();
      case ARRAY_VALUE, KVLIST_VALUE -> new JsonValue(json(value));
      case STRING_VALUE_STRINDEX, VALUE_NOT_SET -> null;
    };
  }

  private static String json(AnyValue value) {
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

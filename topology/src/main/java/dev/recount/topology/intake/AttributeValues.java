package dev.recount.topology.intake;

import dev.recount.avro.JsonValue;
import dev.recount.schemas.otlp.AnyValues;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** OTLP attribute values as the contracts carry them: scalars as they are, the rest as JSON. */
final class AttributeValues {
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
      case ARRAY_VALUE, KVLIST_VALUE -> new JsonValue(AnyValues.json(value));
      case STRING_VALUE_STRINDEX, VALUE_NOT_SET -> null;
    };
  }
}

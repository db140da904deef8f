package dev.recount.schemas.otlp;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Finds the fields of messages by their names in JSON. */
final class JsonFields {
  private static final Map<Descriptor, Map<String, FieldDescriptor>> BY_NAME =
      new ConcurrentHashMap<>();

  private JsonFields() {}

  /** The field of a name in lower camel case or snake case; null when there is none. */
  static @Nullable FieldDescriptor find(Descriptor type, String name) {
    return BY_NAME.computeIfAbsent(type, JsonFields::names).get(name);
  }

  private static Map<String, FieldDescriptor> names(Descriptor type) {
    Map<String, FieldDescriptor> names = new HashMap<>();
    for (FieldDescriptor field : type.getFields()) {
      names.put(field.getName(), field);
      names.put(field.getJsonName(), field);
    }
    return names;
  }
}

package dev.recount.topology.sampling;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.recount.avro.JsonValue;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Values of terms: booleans, numbers and text, any number of them. */
final class Values {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** A list attribute beyond this is compared as text only. */
  private static final int LONGEST_LIST = 64 << 10;

  private static final double NANO = 1e-9;

  private Values() {}

  /** The value, or none for null. */
  static List<Object> of(@Nullable Object value) {
    return value == null ? List.of() : List.of(value);
  }

  /**
   * The values of an attribute: a list's elements, each by itself, and its text; bytes have none.
   */
  static List<Object> ofAttribute(@Nullable Object value) {
    if (value instanceof JsonValue json) {
      return ofJson(json.getJson());
    }
    return value instanceof String || value instanceof Number || value instanceof Boolean
        ? List.of(value)
        : List.of();
  }

  private static List<Object> ofJson(String json) {
    List<Object> values = new ArrayList<>();
    values.add(json);
    if (json.startsWith("[") && json.length() <= LONGEST_LIST) {
      try {
        for (JsonNode element : JSON.readTree(json)) {
          if (element.isNumber()) {
            values.add(element.numberValue());
          } else if (element.isBoolean()) {
            values.add(element.booleanValue());
          } else if (element.isTextual()) {
            values.add(element.textValue());
          }
        }
      } catch (JsonProcessingException | StackOverflowError malformed) {
        return List.of(json);
      }
    }
    return values;
  }

  /** All values of several, none twice. */
  static List<Object> distinct(Collection<? extends @Nullable Object> values) {
    List<Object> distinct = new ArrayList<>();
    for (Object value : values) {
      if (value != null && !distinct.contains(value)) {
        distinct.add(value);
      }
    }
    return distinct;
  }

  /** From one time to another, milliseconds. */
  static List<Object> between(@Nullable Instant start, @Nullable Instant end) {
    return start == null || end == null
        ? List.of()
        : List.of(ChronoUnit.MICROS.between(start, end) / 1e3);
  }

  /** Dollars of billionths of dollars. */
  static List<Object> dollars(@Nullable Long nano) {
    return nano == null ? List.of() : List.of(nano * NANO);
  }

  static String text(Object value) {
    return value.toString();
  }

  /** A value as a number, also one that was sent as text; empty for any other. */
  static OptionalDouble number(Object value) {
    if (value instanceof Number number) {
      return OptionalDouble.of(number.doubleValue());
    }
    return value instanceof String text ? ValueKind.number(text.strip()) : OptionalDouble.empty();
  }
}

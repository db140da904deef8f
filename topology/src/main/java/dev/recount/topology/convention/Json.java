package dev.recount.topology.convention;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.recount.avro.JsonValue;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON as senders write it: of any shape, at times broken, at times hostile. Depth, tokens and the
 * length of numbers are bounded, so that reading costs time and memory in proportion to the text.
 */
public final class Json {
  private static final int DEEPEST = 100;
  private static final int MOST_TOKENS = 1_000_000;
  private static final double LARGEST_EXACT = 1L << 53;

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  static {
    MAPPER
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(DEEPEST)
                .maxTokenCount(MOST_TOKENS)
                .maxStringLength(Integer.MAX_VALUE)
                .build());
  }

  private Json() {}

  /** The value that a text is; null when the text is no JSON, or more than is read. */
  public static @Nullable JsonNode parse(String text) {
    try {
      JsonNode node = MAPPER.readTree(text);
      return node == null || node.isMissingNode() ? null : node;
    } catch (JsonProcessingException | RuntimeException notJson) {
      return null;
    }
  }

  /** The array or object that a text is; null when it is anything else. */
  public static @Nullable JsonNode parseContainer(String text) {
    int first = 0;
    while (first < text.length() && text.charAt(first) <= ' ') {
      first++;
    }
    if (first == text.length() || (text.charAt(first) != '{' && text.charAt(first) != '[')) {
      return null;
    }
    return parse(text);
  }

  /** An attribute's value: arrays and objects also where they are JSON in a text. */
  static JsonNode ofAttribute(@Nullable Object value) {
    if (value instanceof String text) {
      JsonNode container = parseContainer(text);
      return container != null ? container : JsonNodeFactory.instance.textNode(text);
    }
    if (value instanceof JsonValue json) {
      JsonNode node = parse(json.getJson());
      return node != null ? node : JsonNodeFactory.instance.textNode(json.getJson());
    }
    return scalar(value);
  }

  private static JsonNode scalar(@Nullable Object value) {
    if (value instanceof Long number) {
      return JsonNodeFactory.instance.numberNode(number);
    }
    if (value instanceof Double number) {
      return JsonNodeFactory.instance.numberNode(number);
    }
    if (value instanceof Boolean flag) {
      return JsonNodeFactory.instance.booleanNode(flag);
    }
    if (value instanceof ByteBuffer bytes) {
      ByteBuffer copy = bytes.duplicate();
      byte[] content = new byte[copy.remaining()];
      copy.get(content);
      return JsonNodeFactory.instance.textNode(Base64.getEncoder().encodeToString(content));
    }
    return MissingNode.getInstance();
  }

  /** A node that is JSON in a text, parsed; any other as it is. */
  static JsonNode unquoted(JsonNode node) {
    if (node.isTextual()) {
      JsonNode container = parseContainer(node.textValue());
      return container != null ? container : node;
    }
    return node;
  }

  /** The text of a text, else the canonical JSON; null for nothing. */
  static @Nullable String text(JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    return node.isTextual() ? node.textValue() : canonical(node);
  }

  /** The first of several fields that is there and not null; a missing node when none is. */
  static JsonNode first(JsonNode object, String... fields) {
    for (String field : fields) {
      JsonNode value = object.get(field);
      if (value != null && !value.isNull()) {
        return value;
      }
    }
    return MissingNode.getInstance();
  }

  /**
   * JSON with keys in order, without blanks, and with whole numbers written as such, so that equal
   * values are equal text.
   */
  static String canonical(JsonNode node) {
    StringBuilder json = new StringBuilder();
    write(node, json);
    return json.toString();
  }

  /** Canonical JSON of a text that is JSON; any other text without the blanks around it. */
  public static String canonical(String text) {
    JsonNode node = parse(text);
    return node == null ? text.strip() : canonical(node);
  }

  /**
   * Whether one JSON value holds another: of an object every field that the other has, of anything
   * else the same. Null when the other is no array or object, or the first is none at all.
   */
  public static @Nullable Boolean contains(String whole, String part) {
    JsonNode wanted = parseContainer(part);
    JsonNode given = wanted == null ? null : parseContainer(whole);
    return wanted == null || given == null ? null : holds(given, wanted);
  }

  private static boolean holds(JsonNode given, JsonNode wanted) {
    if (!wanted.isObject() || !given.isObject()) {
      return canonical(given).equals(canonical(wanted));
    }
    for (Map.Entry<String, JsonNode> field : wanted.properties()) {
      if (!holds(given.path(field.getKey()), field.getValue())) {
        return false;
      }
    }
    return true;
  }

  static void write(JsonNode node, StringBuilder json) {
    if (node.isObject()) {
      writeObject(node, json);
    } else if (node.isArray()) {
      json.append('[');
      for (int i = 0; i < node.size(); i++) {
        if (i > 0) {
          json.append(',');
        }
        write(node.get(i), json);
      }
      json.append(']');
    } else if (node.isTextual()) {
      writeText(node.textValue(), json);
    } else if (node.isFloatingPointNumber()) {
      writeReal(node.doubleValue(), json);
    } else if (node.isMissingNode()) {
      json.append("null");
    } else {
      json.append(node.asText());
    }
  }

  private static void writeObject(JsonNode node, StringBuilder json) {
    List<String> names = new ArrayList<>(node.size());
    node.fieldNames().forEachRemaining(names::add);
    Collections.sort(names);
    json.append('{');
    for (int i = 0; i < names.size(); i++) {
      if (i > 0) {
        json.append(',');
      }
      writeText(names.get(i), json);
      json.append(':');
      write(node.get(names.get(i)), json);
    }
    json.append('}');
  }

  private static void writeReal(double number, StringBuilder json) {
    if (number == Math.rint(number) && Math.abs(number) < LARGEST_EXACT) {
      json.append((long) number);
    } else if (Double.isFinite(number)) {
      json.append(number);
    } else {
      writeText(Double.toString(number), json);
    }
  }

  static void writeText(String text, StringBuilder json) {
    json.append('"');
    JsonStringEncoder.getInstance().quoteAsString(text, json);
    json.append('"');
  }
}

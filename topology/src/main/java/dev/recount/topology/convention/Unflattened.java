package dev.recount.topology.convention;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A list of objects that a convention has flattened into attributes, put together again: {@code
 * llm.input_messages.0.message.role}. Indexes need not be complete, nor in order.
 */
final class Unflattened {
  /** Deeper than any convention goes; a key that goes deeper is left out. */
  private static final int DEEPEST = 16;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final ObjectNode root = NODES.objectNode();

  /** Adds an attribute by the part of its key after the prefix. */
  void add(String path, @Nullable Object value) {
    ObjectNode object = root;
    int start = 0;
    int dot = path.indexOf('.');
    for (int depth = 0; dot >= 0; depth++) {
      if (depth == DEEPEST) {
        return;
      }
      String name = path.substring(start, dot);
      JsonNode child = object.get(name);
      // Where a key is both a value and an object, the object holds.
      object = child instanceof ObjectNode known ? known : object.putObject(name);
      start = dot + 1;
      dot = path.indexOf('.', start);
    }
    String name = path.substring(start);
    if (!(object.get(name) instanceof ObjectNode)) {
      object.set(name, leaf(value));
    }
  }

  private static JsonNode leaf(@Nullable Object value) {
    // Text stays text: whether it holds JSON is for the shape to say.
    return value instanceof String text ? NODES.textNode(text) : Json.ofAttribute(value);
  }

  /** The list; empty when nothing was added. */
  JsonNode list() {
    JsonNode list = withLists(root);
    return list.isArray() ? list : NODES.arrayNode();
  }

  private static JsonNode withLists(JsonNode node) {
    if (!(node instanceof ObjectNode object)) {
      return node;
    }
    Map<Integer, JsonNode> elements = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      field.setValue(withLists(field.getValue()));
      Integer index = index(field.getKey());
      if (index != null) {
        elements.put(index, field.getValue());
      }
    }
    if (elements.size() < object.size() || elements.isEmpty()) {
      return object;
    }
    ArrayNode list = NODES.arrayNode(elements.size());
    elements.values().forEach(list::add);
    return list;
  }

  private static @Nullable Integer index(String name) {
    if (name.isEmpty() || name.length() > 9) {
      return null;
    }
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) < '0' || name.charAt(i) > '9') {
        return null;
      }
    }
    return Integer.valueOf(name);
  }
}

package dev.recount.cli.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/** Records as their tables show them: versions and lists of records as columns of their own. */
final class OracleRecords {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** What the emission fills in. */
  private static final Set<String> OF_EMISSION =
      Set.of("phase", "revision", "key_time", "deleted", "following");

  private OracleRecords() {}

  static JsonNode row(IndexedRecord record) {
    ObjectNode row = JSON.objectNode();
    for (Schema.Field field : record.getSchema().getFields()) {
      Object value = record.get(field.pos());
      switch (field.name()) {
        case "versions" -> row.setAll((ObjectNode) row((IndexedRecord) value));
        case "evaluations" -> split(row, "evaluation_", value);
        case "feedback" -> split(row, "feedback_", value);
        default -> {
          if (!OF_EMISSION.contains(field.name())) {
            row.set(field.name(), node(field.schema(), value, ChronoUnit.MICROS));
          }
        }
      }
    }
    if (row.has("cost_nano_usd")) {
      JsonNode cost = row.get("cost_nano_usd");
      row.set("cost_usd", cost.isNull() ? cost : JSON.numberNode(cost.asDouble() / 1e9));
    }
    return row;
  }

  private static void split(ObjectNode row, String prefix, Object value) {
    List<?> records = (List<?>) value;
    List<String> fields =
        prefix.startsWith("evaluation")
            ? List.of("name", "score", "label", "passed")
            : List.of("feedback_id", "kind", "name", "score", "label", "occurred_at");
    for (String field : fields) {
      ArrayNode column = JSON.arrayNode();
      for (Object each : records) {
        IndexedRecord record = (IndexedRecord) each;
        Schema.Field of = Objects.requireNonNull(record.getSchema().getField(field));
        column.add(node(of.schema(), record.get(of.pos()), ChronoUnit.MILLIS));
      }
      boolean alone = field.equals("passed") || field.equals("occurred_at");
      row.set((field.startsWith(prefix) ? field : prefix + field) + (alone ? "" : "s"), column);
    }
  }

  private static JsonNode node(Schema schema, @Nullable Object value, ChronoUnit unit) {
    if (value == null) {
      boolean text =
          schema.getTypes().stream().anyMatch(type -> type.getType() == Schema.Type.STRING);
      return text ? JSON.textNode("") : JSON.nullNode();
    }
    if (value instanceof Instant time) {
      return JSON.numberNode(unit.between(Instant.EPOCH, time));
    }
    if (value instanceof Long || value instanceof Integer) {
      return JSON.numberNode(((Number) value).longValue());
    }
    if (value instanceof Double number) {
      return JSON.numberNode(number);
    }
    if (value instanceof Boolean flag) {
      return JSON.booleanNode(flag);
    }
    if (value instanceof List<?> list) {
      ArrayNode array = JSON.arrayNode();
      list.forEach(each -> array.add(node(schema, each, unit)));
      return array;
    }
    if (value instanceof Map<?, ?> map) {
      ObjectNode object = JSON.objectNode();
      map.forEach((name, each) -> object.set(name.toString(), node(schema, each, unit)));
      return object;
    }
    return value instanceof IndexedRecord record ? row(record) : JSON.textNode(value.toString());
  }
}

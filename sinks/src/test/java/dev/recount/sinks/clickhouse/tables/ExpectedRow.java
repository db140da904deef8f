package dev.recount.sinks.clickhouse.tables;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.JsonValue;
import dev.recount.avro.Versions;
import dev.recount.sinks.clickhouse.TestStack;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/**
 * What a column should read, worked out from the record's fields by name: without the code under
 * test, and by the rules that are written in the migrations (an absent text is empty).
 */
final class ExpectedRow {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Columns that are not named as their field is. A dot leads into a record or a list. */
  private static final Map<String, String> PATHS =
      Map.ofEntries(
          Map.entry("evaluation_names", "evaluations.name"),
          Map.entry("evaluation_scores", "evaluations.score"),
          Map.entry("evaluation_labels", "evaluations.label"),
          Map.entry("evaluation_passed", "evaluations.passed"),
          Map.entry("feedback_ids", "feedback.feedback_id"),
          Map.entry("feedback_kinds", "feedback.kind"),
          Map.entry("feedback_names", "feedback.name"),
          Map.entry("feedback_scores", "feedback.score"),
          Map.entry("feedback_labels", "feedback.label"),
          Map.entry("feedback_occurred_at", "feedback.occurred_at"),
          Map.entry("sent_trace_id", "feedback.trace_id"),
          Map.entry("sent_decision_id", "feedback.decision_id"),
          Map.entry("sent_model", "feedback.model"));

  private ExpectedRow() {}

  /** The row of a record, as ClickHouse writes it in JSONEachRow. */
  static JsonNode of(IndexedRecord record, List<String> columns) {
    ObjectNode row = JSON.objectNode();
    for (String column : columns) {
      row.set(column, column(record, column));
    }
    // Through text, since a tree tells small whole numbers from large ones.
    return TestStack.parse(row.toString());
  }

  private static JsonNode column(IndexedRecord record, String column) {
    if (column.equals("deleted")) {
      return JSON.numberNode(Boolean.TRUE.equals(get(record, column)) ? 1 : 0);
    }
    String path = PATHS.getOrDefault(column, column);
    if (record.getSchema().getField(path.split("\\.")[0]) != null) {
      return at(record, List.of(path.split("\\.")));
    }
    if (record instanceof FeedbackRecord && Versions.getClassSchema().getField(path) == null) {
      return at(record, List.of("feedback", path));
    }
    return versions(record, path);
  }

  private static JsonNode versions(IndexedRecord record, String version) {
    Object versions = get(record, "versions");
    return versions == null ? JSON.textNode("") : at((IndexedRecord) versions, List.of(version));
  }

  private static JsonNode at(IndexedRecord record, List<String> path) {
    Schema.Field field = record.getSchema().getField(path.get(0));
    Object value = record.get(field.pos());
    if (path.size() == 1) {
      return value(value, field.schema());
    }
    List<String> rest = path.subList(1, path.size());
    if (value instanceof IndexedRecord inner) {
      return at(inner, rest);
    }
    ArrayNode list = JSON.arrayNode();
    for (Object element : (List<?>) value) {
      list.add(at((IndexedRecord) element, rest));
    }
    return list;
  }

  private static @Nullable Object get(IndexedRecord record, String name) {
    return record.get(record.getSchema().getField(name).pos());
  }

  private static JsonNode value(@Nullable Object value, Schema schema) {
    if (value == null) {
      boolean text =
          schema.getTypes().stream().anyMatch(type -> type.getType() == Schema.Type.STRING);
      return text ? JSON.textNode("") : JSON.nullNode();
    }
    if (value instanceof Boolean flag) {
      return JSON.booleanNode(flag);
    }
    if (value instanceof Integer || value instanceof Long) {
      return JSON.numberNode(((Number) value).longValue());
    }
    if (value instanceof Double real) {
      return JSON.numberNode(real);
    }
    if (value instanceof Instant time) {
      return JSON.textNode(time(time, schema.toString().contains("micros") ? 6 : 3));
    }
    if (value instanceof List<?> list) {
      ArrayNode array = JSON.arrayNode();
      list.forEach(element -> array.add(value(element, schema.getElementType())));
      return array;
    }
    if (value instanceof Map<?, ?> map) {
      ObjectNode object = JSON.objectNode();
      boolean attributes = schema.getValueType().getType() == Schema.Type.UNION;
      map.forEach(
          (key, element) ->
              object.set(
                  (String) key,
                  attributes
                      ? JSON.textNode(attribute(element))
                      : value(element, schema.getValueType())));
      return object;
    }
    if (value instanceof IndexedRecord record) {
      ObjectNode object = JSON.objectNode();
      for (Schema.Field field : record.getSchema().getFields()) {
        object.set(field.name(), value(record.get(field.pos()), field.schema()));
      }
      return object;
    }
    return JSON.textNode(value.toString());
  }

  private static String attribute(@Nullable Object value) {
    if (value instanceof JsonValue json) {
      return json.getJson();
    }
    if (value instanceof ByteBuffer) {
      return "Ynl0ZXM=";
    }
    return value == null ? "" : value.toString();
  }

  static String time(Instant time, int digits) {
    char[] fraction = new char[digits];
    Arrays.fill(fraction, 'S');
    return DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss." + new String(fraction))
        .withZone(ZoneOffset.UTC)
        .format(time);
  }
}

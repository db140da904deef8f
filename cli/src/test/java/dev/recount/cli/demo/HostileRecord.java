package dev.recount.cli.demo;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * A record whose every text is hostile, whatever fields its schema has: one that is added is
 * hostile from the day on which it is.
 */
final class HostileRecord {
  /** Digests, which would have to fit what they are of. */
  private static final Set<String> ABSENT = Set.of("content_sha256");

  private final List<String> texts;
  private final Instant time;
  private int next;

  /**
   * @param texts what texts become, in turn
   * @param time what times become
   */
  HostileRecord(List<String> texts, Instant time) {
    this.texts = texts;
    this.time = time;
  }

  /**
   * A record.
   *
   * @param kept values of the record's own fields that have to be something else, such as IDs
   */
  <T extends SpecificRecordBase> T of(Class<T> type, Map<String, ?> kept) {
    return type.cast(record(SpecificData.get().getSchema(type), kept));
  }

  private SpecificRecordBase record(Schema schema, Map<String, ?> kept) {
    SpecificRecordBase record =
        (SpecificRecordBase) SpecificData.newInstance(SpecificData.get().getClass(schema), schema);
    for (Schema.Field field : schema.getFields()) {
      if (kept.containsKey(field.name())) {
        record.put(field.pos(), kept.get(field.name()));
      } else if (!ABSENT.contains(field.name())) {
        record.put(field.pos(), value(field.schema()));
      }
    }
    return record;
  }

  private Object value(Schema schema) {
    return switch (schema.getType()) {
      case UNION -> value(schema.getTypes().get(schema.getTypes().size() - 1));
      case STRING -> texts.get(next++ % texts.size());
      case RECORD -> record(schema, Map.of());
      case ENUM -> SpecificData.get().createEnum(schema.getEnumSymbols().get(0), schema);
      case ARRAY ->
          new ArrayList<>(List.of(value(schema.getElementType()), value(schema.getElementType())));
      case MAP -> {
        Map<String, Object> map = new LinkedHashMap<>();
        texts.forEach(text -> map.put(text, value(schema.getValueType())));
        yield map;
      }
      case LONG -> schema.getLogicalType() == null ? (Object) 7L : time;
      case DOUBLE -> 0.5;
      case BOOLEAN -> true;
      default -> throw new IllegalArgumentException("No value for " + schema);
    };
  }
}

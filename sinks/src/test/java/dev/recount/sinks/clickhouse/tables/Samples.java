package dev.recount.sinks.clickhouse.tables;

import dev.recount.schemas.AvroCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Records with a different value in every field, so that a value in the wrong column shows, and
 * records with nothing but what a contract demands.
 */
public final class Samples {
  private static final Instant EPOCH = Instant.parse("2026-11-03T10:11:12Z");

  static {
    // Loads the codec, which tells Avro to trust the contracts' classes.
    AvroCodec.writerSchemaId(new byte[AvroCodec.HEADER_BYTES], 0);
  }

  private final boolean full;
  private int next = 1;

  private Samples(boolean full) {
    this.full = full;
  }

  /** Every field set, every list with two elements, every map with two entries. */
  public static <T extends SpecificRecordBase> T full(Class<T> type) {
    return type.cast(new Samples(true).record(schema(type)));
  }

  /** Optional fields null, lists and maps empty. */
  public static <T extends SpecificRecordBase> T minimal(Class<T> type) {
    return type.cast(new Samples(false).record(schema(type)));
  }

  private static Schema schema(Class<?> type) {
    return SpecificData.get().getSchema(type);
  }

  private Object record(Schema schema) {
    SpecificRecordBase record =
        (SpecificRecordBase) SpecificData.newInstance(SpecificData.get().getClass(schema), schema);
    for (Schema.Field field : schema.getFields()) {
      Object value = isOptional(field.schema()) && !full ? null : value(field);
      record.put(field.pos(), value);
    }
    return record;
  }

  private Object value(Schema.Field field) {
    // What a row's place in its table depends on.
    return switch (field.name()) {
      case "deleted" -> false;
      case "key_time" -> EPOCH.minusSeconds(60);
      case "revision" -> 7L;
      case "start_time_unix_nano", "end_time_unix_nano", "time_unix_nano" ->
          full ? 1_793_700_672_000_000_000L + next++ : 0L;
      default -> value(field.schema(), field.name());
    };
  }

  private Object value(Schema schema, String name) {
    int number = next++;
    return switch (schema.getType()) {
      case STRING -> full ? name + " é\t\n\\ " + number : name;
      case INT -> number;
      case LONG -> time(schema, number);
      case DOUBLE -> number + 0.25;
      case BOOLEAN -> full;
      case ENUM -> symbol(schema);
      case BYTES -> ByteBuffer.wrap("bytes".getBytes(StandardCharsets.UTF_8));
      case RECORD -> record(schema);
      case ARRAY -> list(schema.getElementType(), name);
      case MAP -> map(schema.getValueType(), name);
      case UNION -> value(schema.getTypes().get(1), name);
      case NULL, FIXED, FLOAT -> throw new IllegalStateException("No contract has " + schema);
    };
  }

  private static Object time(Schema schema, int number) {
    if (schema.getLogicalType() == null) {
      return 1_000_000_000_000L + number;
    }
    boolean micros = schema.getLogicalType().getName().equals("timestamp-micros");
    return EPOCH.plusMillis(number).plusNanos(micros ? 456_000 : 0);
  }

  private Object symbol(Schema schema) {
    List<String> symbols = schema.getEnumSymbols();
    return SpecificData.get().createEnum(symbols.get(full ? 1 : 0), schema);
  }

  private List<Object> list(Schema element, String name) {
    List<Object> list = new ArrayList<>();
    for (int i = 0; full && i < 2; i++) {
      list.add(value(element, name));
    }
    return list;
  }

  private Map<String, Object> map(Schema value, String name) {
    Map<String, Object> map = new TreeMap<>();
    if (full && value.getType() == Schema.Type.UNION) {
      // Attributes: a value of each kind.
      for (Schema kind : value.getTypes()) {
        map.put(kind.getName(), kind.getType() == Schema.Type.NULL ? null : value(kind, name));
      }
    } else if (full) {
      map.put("one", value(value, name));
      map.put("two", value(value, name));
    }
    return map;
  }

  private static boolean isOptional(Schema schema) {
    return schema.getType() == Schema.Type.UNION
        && schema.getTypes().get(0).getType() == Schema.Type.NULL;
  }
}

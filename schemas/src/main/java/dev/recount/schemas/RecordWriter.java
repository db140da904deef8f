package dev.recount.schemas;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.jspecify.annotations.Nullable;

/**
 * Writes generated records. Which branch of a union a value belongs to is looked up by its class;
 * Avro builds the value's full schema name each time, which costs more than writing it.
 */
final class RecordWriter<T> extends SpecificDatumWriter<T> {
  private static final int NULL_FIRST = 0;

  /** Shared by all threads that write with the codec. */
  private final Map<Schema, Map<Class<?>, Integer>> branches = new ConcurrentHashMap<>();

  RecordWriter(Schema schema, SpecificData data) {
    super(schema, data);
  }

  @Override
  protected int resolveUnion(Schema union, @Nullable Object value) {
    if (value == null) {
      boolean nullFirst = union.getTypes().get(NULL_FIRST).getType() == Schema.Type.NULL;
      return nullFirst ? NULL_FIRST : super.resolveUnion(union, null);
    }
    Map<Class<?>, Integer> byClass = branches.get(union);
    if (byClass == null) {
      byClass = branches.computeIfAbsent(union, any -> new ConcurrentHashMap<>());
    }
    Integer branch = byClass.get(value.getClass());
    if (branch == null) {
      branch = super.resolveUnion(union, value);
      byClass.put(value.getClass(), branch);
    }
    return branch;
  }
}

package dev.recount.schemas;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.jspecify.annotations.Nullable;

/**
 * Writes generated records. Which branch of a union a value belongs to is known from the union's
 * shape or looked up by the value's class; Avro builds the value's full schema name each time,
 * which costs more than writing it.
 */
final class RecordWriter<T> extends SpecificDatumWriter<T> {
  /**
   * Branch by class, for each union. Shared by all threads that write with the codec, copied when a
   * union is added. By identity: comparing two schemas for equality walks through them.
   */
  private volatile Map<Schema, Map<Class<?>, Integer>> branches = new IdentityHashMap<>();

  RecordWriter(Schema schema, SpecificData data) {
    super(schema, data);
  }

  @Override
  protected int resolveUnion(Schema union, @Nullable Object value) {
    List<Schema> types = union.getTypes();
    boolean nullFirst = types.get(0).getType() == Schema.Type.NULL;
    if (nullFirst && value == null) {
      return 0;
    }
    if (nullFirst && types.size() == 2) {
      return 1;
    }
    return value == null ? super.resolveUnion(union, null) : byClass(union, value);
  }

  private int byClass(Schema union, Object value) {
    Map<Class<?>, Integer> known = branches.get(union);
    if (known == null) {
      known = add(union);
    }
    Integer branch = known.get(value.getClass());
    if (branch == null) {
      branch = super.resolveUnion(union, value);
      known.put(value.getClass(), branch);
    }
    return branch;
  }

  private synchronized Map<Class<?>, Integer> add(Schema union) {
    Map<Schema, Map<Class<?>, Integer>> copy = new IdentityHashMap<>(branches);
    Map<Class<?>, Integer> added = copy.computeIfAbsent(union, any -> new ConcurrentHashMap<>());
    branches = copy;
    return added;
  }
}

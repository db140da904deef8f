package dev.recount.topology.assembly;

import dev.recount.schemas.AvroCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/**
 * Keeps rows within what a topic takes. A row may bring together texts of several events, each as
 * large as an event may be, or one of them several times; texts and lists are then cut in the row,
 * which says so by a flag. The spans and events that they come from are kept whole.
 */
final class RowSize {
  /** Flag of a row that was cut. */
  static final String CUT = "row_cut";

  /** Rows beyond this many bytes are cut. */
  static final int LARGEST_ROW = 16 << 20;

  /** What is left of a text that is cut, in characters. */
  private static final int LARGEST_TEXT = 100_000;

  /** What is left of a list that is cut, in elements: together less than the largest row. */
  private static final int LONGEST_LIST = 20;

  private static final String FLAGS = "flags";

  private RowSize() {}

  /** A row's bytes; of a row that is too large, those of what it was cut to. */
  static <T extends SpecificRecordBase> byte[] encode(T row, AvroCodec<T> codec) {
    byte[] whole = codec.encode(row);
    if (whole.length <= LARGEST_ROW) {
      return whole;
    }
    cut(row);
    return codec.encode(row);
  }

  /** Cuts every text and list of a row, and flags it where it can carry flags. */
  private static void cut(SpecificRecordBase row) {
    List<String> flags = flagsOf(row);
    cutFields(row);
    Schema.Field field = row.getSchema().getField(FLAGS);
    if (field != null) {
      SortedSet<String> all = new TreeSet<>(flags);
      all.add(CUT);
      row.put(field.pos(), new ArrayList<>(all));
    }
  }

  private static List<String> flagsOf(SpecificRecordBase row) {
    List<String> flags = new ArrayList<>();
    if (row.getSchema().getField(FLAGS) != null
        && row.get(row.getSchema().getField(FLAGS).pos()) instanceof List<?> present) {
      present.forEach(flag -> flags.add(flag.toString()));
    }
    return flags;
  }

  private static void cutFields(SpecificRecordBase row) {
    for (Schema.Field field : row.getSchema().getFields()) {
      Object value = row.get(field.pos());
      Object kept = cutValue(value);
      if (kept != value) {
        row.put(field.pos(), kept);
      }
    }
  }

  private static @Nullable Object cutValue(@Nullable Object value) {
    if (value instanceof String text && text.length() > LARGEST_TEXT) {
      return text.substring(0, LARGEST_TEXT);
    }
    if (value instanceof SpecificRecordBase nested) {
      cutFields(nested);
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> kept = new ArrayList<>();
      for (Object element : list.subList(0, Math.min(list.size(), LONGEST_LIST))) {
        kept.add(cutValue(element));
      }
      return kept;
    }
    return value;
  }
}

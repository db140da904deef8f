package dev.recount.sinks.clickhouse.delivery;

import dev.recount.sinks.clickhouse.rows.RowBinary;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one table on their way, with the records that they came from, so that a refused row can
 * be traced back. A record is one row or, where it brings several together, stands for all of them:
 * they are written or refused together.
 *
 * <p>Records are settled from the front: what was written or reported is not tried again when a
 * later part fails. Not safe for use by several threads.
 */
final class Batch {
  private static final int INITIAL_BYTES = 1 << 16;

  /** What a record takes up beside the bytes of its key and its value: objects of Connect's. */
  private static final int RECORD_OVERHEAD_BYTES = 512;

  private final RowBinary rows = new RowBinary(INITIAL_BYTES);
  private final List<SinkRecord> records = new ArrayList<>();
  private int[] ends = new int[256];
  private int settled;
  private long recordBytes;

  /**
   * Adds the rows of a record. When one cannot be written the batch stays as it was.
   *
   * @throws RuntimeException what the writer throws
   */
  void add(SinkRecord record, Consumer<RowBinary> row) {
    int start = rows.length();
    try {
      row.accept(rows);
    } catch (RuntimeException unwritable) {
      rows.truncate(start);
      throw unwritable;
    }
    if (records.size() == ends.length) {
      ends = Arrays.copyOf(ends, ends.length * 2);
    }
    ends[records.size()] = rows.length();
    records.add(record);
    recordBytes += RECORD_OVERHEAD_BYTES + bytesOf(record.key()) + bytesOf(record.value());
    for (Header header : record.headers()) {
      recordBytes += bytesOf(header.value());
    }
  }

  private static int bytesOf(@Nullable Object part) {
    return part instanceof byte[] bytes ? bytes.length : 0;
  }

  /** Bytes of memory that the batch takes up, rows and records. */
  long memory() {
    return isEmpty() ? 0 : rows.capacity() + recordBytes;
  }

  /** Records whose rows the batch holds, settled ones included. */
  int size() {
    return records.size();
  }

  /** Bytes of rows that the batch holds. */
  int bytes() {
    return rows.length();
  }

  boolean isEmpty() {
    return records.isEmpty();
  }

  /** First record that is neither written nor reported. */
  int settled() {
    return settled;
  }

  /** Says that every record before a position is written or reported. */
  void settleBefore(int record) {
    settled = record;
  }

  /** Rows of the records from a position to before another. */
  InputStream slice(int from, int to) {
    return rows.slice(from == 0 ? 0 : ends[from - 1], ends[to - 1]);
  }

  /** The record at a position. */
  SinkRecord record(int position) {
    return records.get(position);
  }

  void clear() {
    rows.clear();
    records.clear();
    recordBytes = 0;
    settled = 0;
  }
}

package dev.recount.sinks.clickhouse.delivery;

import dev.recount.sinks.clickhouse.rows.RowBinary;
import dev.recount.sinks.clickhouse.rows.Table;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.sink.SinkRecord;

/**
 * What waits for one table, and up to where each of its partitions is written.
 *
 * <p>Not safe for use by several threads.
 */
final class TableQueue {
  private final Table<?> table;
  private final Batch batch = new Batch();

  /** Offset after the last record that was taken in. */
  private final Map<TopicPartition, Long> taken = new HashMap<>();

  /** Offset after the last record before which everything is written. */
  private final Map<TopicPartition, Long> written = new HashMap<>();

  private long oldestNanos;

  TableQueue(Table<?> table) {
    this.table = table;
  }

  void add(SinkRecord record, Consumer<RowBinary> row, long nowNanos) {
    if (batch.isEmpty()) {
      oldestNanos = nowNanos;
    }
    batch.add(record, row);
    pass(record);
  }

  /** Goes past a record: it is in the batch, or nothing needs to be written for it. */
  void pass(SinkRecord record) {
    TopicPartition partition =
        new TopicPartition(record.originalTopic(), record.originalKafkaPartition());
    taken.put(partition, record.originalKafkaOffset() + 1);
    if (batch.isEmpty()) {
      written.put(partition, record.originalKafkaOffset() + 1);
    }
  }

  boolean isEmpty() {
    return batch.isEmpty();
  }

  /** Bytes of memory that the batch takes up. */
  long memory() {
    return batch.memory();
  }

  boolean isFull(BatchLimits limits) {
    return batch.size() >= limits.rows() || batch.bytes() >= limits.bytes();
  }

  /** Nanoseconds until the batch is due, not positive when it is; empty when there is no batch. */
  OptionalLong nanosUntilDue(BatchLimits limits, long nowNanos) {
    if (batch.isEmpty()) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(isFull(limits) ? 0 : oldestNanos + limits.linger().toNanos() - nowNanos);
  }

  /** Writes the batch. When it throws, what is not written stays. */
  void flush(BatchWriter writer) {
    writer.write(table, batch);
    batch.clear();
    written.putAll(taken);
  }

  /** Offset up to which a partition is written; empty when it is not known. */
  OptionalLong written(TopicPartition partition) {
    Long offset = written.get(partition);
    return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  /** Forgets offsets of a partition that another task reads from now on. */
  void forget(TopicPartition partition) {
    taken.remove(partition);
    written.remove(partition);
  }
}

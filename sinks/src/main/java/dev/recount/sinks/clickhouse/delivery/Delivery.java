package dev.recount.sinks.clickhouse.delivery;

import dev.recount.sinks.clickhouse.client.ClickHouseRequestException;
import dev.recount.sinks.clickhouse.client.FailureKind;
import dev.recount.sinks.clickhouse.rows.RowBinary;
import dev.recount.sinks.clickhouse.rows.Table;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.sink.SinkRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers rows per table and writes them in batches.
 *
 * <p>Its states are few. <em>Taking in</em>: rows are added and due batches written. <em>Backing
 * off</em>: an attempt failed for a reason that may pass; rows are kept, and tried again when the
 * back-off has run out. <em>Full</em>: backing off with a batch at its limit, or with as much in
 * memory as all batches together may take up; the caller must hold back further records, so that
 * memory stays flat.
 *
 * <p>Not safe for use by several threads.
 */
public final class Delivery {
  private static final Logger log = LoggerFactory.getLogger(Delivery.class);

  private final BatchLimits limits;
  private final BatchWriter writer;
  private final Runnable preparation;
  private final SinkCounters counters;
  private final BackOff backOff;
  private final LongSupplier nanoClock;
  private final Map<String, TableQueue> queues = new LinkedHashMap<>();
  private boolean prepared;

  /**
   * A delivery with nothing in it.
   *
   * @param preparation what must succeed once before the first insert, such as migrations
   * @param nanoClock a monotonic clock in nanoseconds
   */
  public Delivery(
      BatchLimits limits,
      RowInserter inserter,
      Runnable preparation,
      Rejections rejections,
      SinkCounters counters,
      BackOff backOff,
      LongSupplier nanoClock) {
    this.limits = limits;
    this.writer = new BatchWriter(inserter, rejections, counters);
    this.preparation = preparation;
    this.counters = counters;
    this.backOff = backOff;
    this.nanoClock = nanoClock;
  }

  /**
   * Takes in a row.
   *
   * @return whether a batch, or all of them together, are at their limit and {@link #flushDue}
   *     should be called
   * @throws RuntimeException what the row's writer throws; nothing is taken in then
   */
  public boolean add(Table<?> table, SinkRecord record, Consumer<RowBinary> row) {
    TableQueue queue = queue(table);
    queue.add(record, row, nanoClock.getAsLong());
    return queue.isFull(limits) || isOverMemory();
  }

  private boolean isOverMemory() {
    long memory = 0;
    for (TableQueue queue : queues.values()) {
      memory += queue.memory();
    }
    return memory > limits.memory();
  }

  /** Goes past a record for which nothing needs to be written. */
  public void pass(Table<?> table, SinkRecord record) {
    queue(table).pass(record);
  }

  /** Whether further records must be held back until {@link #flushDue} has succeeded. */
  public boolean isFull() {
    return backOff.isFailing()
        && (isOverMemory() || queues.values().stream().anyMatch(queue -> queue.isFull(limits)));
  }

  /**
   * Writes the batches that are due, unless backing off.
   *
   * @throws ClickHouseRequestException when ClickHouse fails in a way that will not pass
   */
  public void flushDue() {
    flush(false);
  }

  /**
   * Writes all that there is, unless backing off.
   *
   * @throws ClickHouseRequestException when ClickHouse fails in a way that will not pass
   */
  public void flushAll() {
    flush(true);
  }

  /** Whether everything that was taken in is written. */
  public boolean isEmpty() {
    return queues.values().stream().allMatch(TableQueue::isEmpty);
  }

  private void flush(boolean everything) {
    if (!backOff.isReady()) {
      return;
    }
    try {
      if (!prepared) {
        preparation.run();
        prepared = true;
      }
      for (TableQueue queue : queues.values()) {
        if (everything ? !queue.isEmpty() : isDue(queue)) {
          queue.flush(writer);
        }
      }
      while (isOverMemory()) {
        Collections.max(queues.values(), Comparator.comparingLong(TableQueue::memory))
            .flush(writer);
      }
    } catch (ClickHouseRequestException failed) {
      if (failed.kind() != FailureKind.RETRIABLE) {
        throw failed;
      }
      retryLater(failed);
      return;
    }
    if (backOff.isFailing()) {
      log.info("ClickHouse is back after {} failed attempts", backOff.failures());
      backOff.succeeded();
      counters.failing(0);
    }
  }

  private boolean isDue(TableQueue queue) {
    // After a failure every batch is tried that failed, whether or not it was due by age.
    OptionalLong nanos = queue.nanosUntilDue(limits, nanoClock.getAsLong());
    return nanos.isPresent() && (nanos.getAsLong() <= 0 || backOff.isFailing());
  }

  private void retryLater(ClickHouseRequestException failed) {
    counters.retried();
    backOff.failed();
    counters.failing(backOff.failures());
    log.warn(
        "Rows are kept and tried again in {} ms (failed attempt {}): {}",
        backOff.remaining().toMillis(),
        backOff.failures(),
        failed.getMessage());
  }

  /** Time until {@link #flushDue} has something to do; the given time when that is earlier. */
  public Duration untilDue(Duration atMost) {
    if (backOff.isFailing()) {
      return backOff.remaining();
    }
    long now = nanoClock.getAsLong();
    long nanos = atMost.toNanos();
    for (TableQueue queue : queues.values()) {
      nanos = Math.min(nanos, queue.nanosUntilDue(limits, now).orElse(nanos));
    }
    return Duration.ofMillis(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
  }

  /** Offset up to which a partition is written; empty when that is not known. */
  public OptionalLong written(TopicPartition partition) {
    return queues.values().stream()
        .map(queue -> queue.written(partition))
        .filter(OptionalLong::isPresent)
        .findFirst()
        .orElse(OptionalLong.empty());
  }

  /**
   * Forgets the offsets of a partition that is taken away. Its rows stay: written twice they are
   * still one row.
   */
  public void forget(TopicPartition partition) {
    queues.values().forEach(queue -> queue.forget(partition));
  }

  private TableQueue queue(Table<?> table) {
    return queues.computeIfAbsent(table.name(), name -> new TableQueue(table));
  }
}

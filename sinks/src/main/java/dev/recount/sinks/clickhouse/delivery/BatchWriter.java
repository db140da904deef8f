package dev.recount.sinks.clickhouse.delivery;

import dev.recount.sinks.clickhouse.client.ClickHouseRequestException;
import dev.recount.sinks.clickhouse.client.FailureKind;
import dev.recount.sinks.clickhouse.rows.Table;

/**
 * Writes a batch as one insert. Where ClickHouse refuses it because of a row, halves it until the
 * row's record is found, puts that aside and writes the rest.
 */
final class BatchWriter {
  private final RowInserter inserter;
  private final Rejections rejections;
  private final SinkCounters counters;

  BatchWriter(RowInserter inserter, Rejections rejections, SinkCounters counters) {
    this.inserter = inserter;
    this.rejections = rejections;
    this.counters = counters;
  }

  /**
   * Settles every record of the batch.
   *
   * @throws ClickHouseRequestException when ClickHouse fails for any reason but a row's; calling
   *     again continues behind the records that are settled
   */
  void write(Table<?> table, Batch batch) {
    if (batch.settled() < batch.size()) {
      write(table, batch, batch.settled(), batch.size());
    }
  }

  private void write(Table<?> table, Batch batch, int from, int to) {
    long began = System.nanoTime();
    try {
      inserter.insert(table.name(), table.columnNames(), batch.slice(from, to));
      counters.written(to - from, System.nanoTime() - began);
    } catch (ClickHouseRequestException failed) {
      if (failed.kind() != FailureKind.DATA) {
        throw failed;
      }
      if (to - from > 1) {
        int middle = (from + to) >>> 1;
        write(table, batch, from, middle);
        write(table, batch, middle, to);
        return;
      }
      rejections.reject(batch.record(from), failed);
      counters.rejected();
    }
    batch.settleBefore(to);
  }
}

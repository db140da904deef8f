package dev.recount.topology.assembly;

import dev.recount.avro.SnapshotRecord;
import dev.recount.schemas.SnapshotSeries;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Gathers the snapshots that an emission has to send, those of one agent several to a record, and
 * sends each record as soon as it is full.
 */
final class SnapshotBatch {
  /** Rows that one record brings together, unless a single one is larger. */
  private static final int BYTES_PER_RECORD = 256 << 10;

  /** Records that may grow yet, by the last snapshot of each. */
  private final Map<String, Series> open = new LinkedHashMap<>();

  private final Consumer<SnapshotRecord> sender;

  private static final class Series {
    final SnapshotRecord first;
    long bytes;

    Series(SnapshotRecord first) {
      this.first = first;
    }
  }

  SnapshotBatch(Consumer<SnapshotRecord> sender) {
    this.sender = sender;
  }

  /**
   * Takes a row in; it may change. Rows come in order of capture.
   *
   * @param bytes its size by itself
   */
  void add(SnapshotRecord row, int bytes) {
    String base = row.getBaseSnapshotId();
    Series series = base == null ? null : open.remove(base);
    if (series == null
        || series.bytes + bytes > BYTES_PER_RECORD
        || !SnapshotSeries.append(series.first, row)) {
      if (series != null) {
        sender.accept(series.first);
      }
      series = new Series(row);
    }
    series.bytes += bytes;
    open.put(row.getSnapshotId(), series);
  }

  /** Sends the records that are not full, in order of the last snapshot of each. */
  void finish() {
    open.values().forEach(series -> sender.accept(series.first));
    open.clear();
  }
}

package dev.recount.topology.assembly;

import dev.recount.avro.SnapshotRecord;
import dev.recount.schemas.SnapshotSeries;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gathers the snapshots that an emission has to send, those of one agent several to a record. */
final class SnapshotBatch {
  /** Rows that one record brings together, unless a single one is larger. */
  private static final int BYTES_PER_RECORD = 256 << 10;

  private final List<Series> inOrder = new ArrayList<>();
  private final Map<String, Series> byLastSnapshot = new HashMap<>();

  private static final class Series {
    final SnapshotRecord first;
    long bytes;

    Series(SnapshotRecord first) {
      this.first = first;
    }
  }

  /**
   * Takes a row in; it may change. Rows come in order of capture.
   *
   * @param bytes its size by itself
   */
  void add(SnapshotRecord row, int bytes) {
    String base = row.getBaseSnapshotId();
    Series series = base == null ? null : byLastSnapshot.remove(base);
    if (series == null
        || series.bytes + bytes > BYTES_PER_RECORD
        || !SnapshotSeries.append(series.first, row)) {
      series = new Series(row);
      inOrder.add(series);
    }
    series.bytes += bytes;
    byLastSnapshot.put(row.getSnapshotId(), series);
  }

  /** What is to be sent, in order of the first snapshot of each record. */
  List<SnapshotRecord> records() {
    return inOrder.stream().map(series -> series.first).toList();
  }
}

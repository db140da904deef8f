package dev.recount.topology.assembly;

import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The last row of each trace over its cap, so that what is only counted can be told without folding
 * the trace again. Kept beside the fingerprints of rows, as long as the trace's events.
 */
final class LastRows {
  /** Ends the key. No trace ID contains it. */
  private static final char ROW = '\u0001';

  private final ChunkedStore store;

  LastRows(KeyValueStore<Bytes, byte[]> store) {
    this.store = new ChunkedStore(store);
  }

  byte @Nullable [] get(String owner) {
    return store.get(owner + ROW);
  }

  void put(String owner, byte[] row) {
    store.put(owner + ROW, row);
  }

  void delete(String owner) {
    store.delete(owner + ROW);
  }
}

package dev.recount.topology.assembly;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Values of any size by trace, cut into pieces that a changelog record can hold: what is derived
 * from a large trace may be larger than any single event of it.
 */
final class ChunkedStore {
  private static final int CHUNK_BYTES = 1 << 20;

  private final KeyValueStore<Bytes, byte[]> store;

  ChunkedStore(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
  }

  byte @Nullable [] get(String trace) {
    // By key: a filter says of most traces that there is nothing, and a scan costs more to begin.
    byte[] first = store.get(key(trace, 0));
    if (first == null || first.length < CHUNK_BYTES) {
      return first;
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream(2 * CHUNK_BYTES);
    byte[] next = first;
    for (int chunk = 1; next != null; chunk++) {
      whole.writeBytes(next);
      next = store.get(key(trace, chunk));
    }
    return whole.toByteArray();
  }

  /** Keeps a value in the place of the one before. */
  void put(String trace, byte[] value) {
    int chunk = putChunks(trace, value);
    // A shorter value must not keep the end of a longer one.
    while (store.delete(key(trace, chunk)) != null) {
      chunk++;
    }
  }

  /** Keeps the first value of a trace, or one after an empty one: there is nothing to replace. */
  void putFirst(String trace, byte[] value) {
    putChunks(trace, value);
  }

  private int putChunks(String trace, byte[] value) {
    int chunk = 0;
    for (int from = 0; from == 0 || from < value.length; from += CHUNK_BYTES) {
      int to = Math.min(value.length, from + CHUNK_BYTES);
      store.put(key(trace, chunk++), Arrays.copyOfRange(value, from, to));
    }
    return chunk;
  }

  void delete(String trace) {
    try (KeyValueIterator<Bytes, byte[]> chunks = chunks(trace)) {
      while (chunks.hasNext()) {
        store.delete(chunks.next().key);
      }
    }
  }

  private KeyValueIterator<Bytes, byte[]> chunks(String trace) {
    return store.range(key(trace, 0), key(trace, Integer.MAX_VALUE));
  }

  /** Whether a key is that of the first piece of a value. */
  static boolean isFirst(byte[] key) {
    return ByteBuffer.wrap(key).getInt(key.length - Integer.BYTES) == 0;
  }

  private static Bytes key(String trace, int chunk) {
    byte[] traceBytes = trace.getBytes(StandardCharsets.UTF_8);
    return Bytes.wrap(
        ByteBuffer.allocate(traceBytes.length + 1 + Integer.BYTES)
            .put(traceBytes)
            .put((byte) 0)
            .putInt(chunk)
            .array());
  }
}

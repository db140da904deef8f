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
    try (KeyValueIterator<Bytes, byte[]> chunks = chunks(trace)) {
      if (!chunks.hasNext()) {
        return null;
      }
      byte[] first = chunks.next().value;
      if (!chunks.hasNext()) {
        return first;
      }
      ByteArrayOutputStream whole = new ByteArrayOutputStream(2 * CHUNK_BYTES);
      whole.writeBytes(first);
      while (chunks.hasNext()) {
        whole.writeBytes(chunks.next().value);
      }
      return whole.toByteArray();
    }
  }

  void put(String trace, byte[] value) {
    int chunk = 0;
    for (int from = 0; from == 0 || from < value.length; from += CHUNK_BYTES) {
      int to = Math.min(value.length, from + CHUNK_BYTES);
      store.put(key(trace, chunk++), Arrays.copyOfRange(value, from, to));
    }
    // A shorter value must not keep the end of a longer one.
    while (store.delete(key(trace, chunk)) != null) {
      chunk++;
    }
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

package dev.recount.topology.assembly;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Time as one partition of the log tells it: the latest append time so far, milliseconds since the
 * Unix epoch. Kept in state, so that a broker whose clock steps back does not turn time back after
 * a restart either.
 */
final class LogClock {
  /** No trace ID and no alias starts with a blank. */
  private static final Bytes KEY = Bytes.wrap(" clock".getBytes(StandardCharsets.UTF_8));

  private final KeyValueStore<Bytes, byte[]> store;
  private long now;

  LogClock(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
    byte[] saved = store.get(KEY);
    this.now = saved == null ? Long.MIN_VALUE : ByteBuffer.wrap(saved).getLong();
  }

  /** Takes a record's append time into account and returns the time that holds now. */
  long advance(long appendTime) {
    if (appendTime > now) {
      now = appendTime;
      store.put(KEY, ByteBuffer.allocate(Long.BYTES).putLong(now).array());
    }
    return now;
  }
}

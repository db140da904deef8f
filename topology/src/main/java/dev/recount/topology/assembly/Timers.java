package dev.recount.topology.assembly;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Timers on the log's clock, kept in order of their due time. Whoever sets a timer remembers its
 * due time, so that one that was moved can be told from the one that holds.
 */
final class Timers {
  /** No timer is set. */
  static final long NEVER = Long.MAX_VALUE;

  private static final byte[] NOTHING = new byte[0];

  private final KeyValueStore<Bytes, byte[]> store;

  /** Earliest due time, or an earlier bound of it; spares a look into the store per record. */
  private long earliest;

  Timers(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
    this.earliest = findEarliest(0);
  }

  /** One timer, with the key of what it was set for. */
  record Timer(long due, String key) {}

  void set(long due, String trace) {
    if (due < 0) {
      // Its key would sort after all others: the timer would never fire.
      throw new IllegalArgumentException("A timer cannot be due at " + due);
    }
    store.put(key(due, trace), NOTHING);
    earliest = Math.min(earliest, due);
  }

  void cancel(long due, String trace) {
    remove(due, trace);
  }

  /** Unlike the store's own deletion it does not read first what was there. */
  private void remove(long due, String trace) {
    store.put(key(due, trace), null);
  }

  /** When the next timer is due, {@link #NEVER} for none. May be early, never late. */
  long earliest() {
    return earliest;
  }

  /** Takes the timers that are due, earliest first, a limited number of them. */
  List<Timer> takeDue(long now, int limit) {
    if (earliest > now) {
      return List.of();
    }
    List<Timer> due = new ArrayList<>();
    // From the earliest known: what was deleted before it would slow the scan down.
    try (KeyValueIterator<Bytes, byte[]> range = store.range(key(earliest, ""), key(now + 1, ""))) {
      while (range.hasNext() && due.size() < limit) {
        due.add(timer(range.next().key.get()));
      }
    }
    for (Timer timer : due) {
      remove(timer.due(), timer.key());
    }
    long from = due.isEmpty() ? now + 1 : due.get(due.size() - 1).due();
    earliest = findEarliest(from);
    return due;
  }

  private long findEarliest(long from) {
    try (KeyValueIterator<Bytes, byte[]> range = store.range(key(from, ""), null)) {
      return range.hasNext() ? timer(range.next().key.get()).due() : NEVER;
    }
  }

  private static Bytes key(long due, String trace) {
    byte[] traceBytes = trace.getBytes(StandardCharsets.UTF_8);
    return Bytes.wrap(
        ByteBuffer.allocate(Long.BYTES + traceBytes.length).putLong(due).put(traceBytes).array());
  }

  private static Timer timer(byte[] key) {
    long due = ByteBuffer.wrap(key).getLong();
    return new Timer(
        due, new String(key, Long.BYTES, key.length - Long.BYTES, StandardCharsets.UTF_8));
  }
}

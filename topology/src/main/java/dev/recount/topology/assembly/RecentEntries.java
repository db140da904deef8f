package dev.recount.topology.assembly;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The events of small traces that have begun since the task was opened, beside the store until they
 * are folded: most traces are small and settle after seconds, and neither their filing nor their
 * first fold has to look into the store then.
 *
 * <p>What is here of a trace is all that the store has of it. What is not here may be there. It
 * takes up a bounded number of bytes: a trace that grows is let go, and where many traces are open
 * the later ones are not taken in.
 */
final class RecentEntries {
  /** A larger trace costs little more for being looked up. */
  static final int MOST_EVENTS = 64;

  static final int MOST_TRACE_BYTES = 128 << 10;

  /** What an event takes up beside its bytes: its key, the node of a tree, headers of objects. */
  private static final int OVERHEAD_BYTES = 250;

  private static final class Trace {
    final NavigableMap<Bytes, byte[]> entries = new TreeMap<>();
    int bytes;
  }

  private final long mostBytes;
  private final Map<String, Trace> traces = new HashMap<>();
  private long bytes;

  /**
   * @param mostBytes how much it may take up; a trace that is there already may still grow
   */
  RecentEntries(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** Takes in a trace of which the store has nothing yet, if there is room for it. */
  void begin(String owner) {
    if (bytes < mostBytes) {
      traces.computeIfAbsent(owner, missing -> new Trace());
    }
  }

  /** All events of a trace, in the order of the store; null when the store has to be asked. */
  @Nullable NavigableMap<Bytes, byte[]> of(String owner) {
    Trace trace = traces.get(owner);
    return trace == null ? null : trace.entries;
  }

  /**
   * Notes what has been put into the store.
   *
   * @return all events of a trace that has grown too large with it, and is let go; else null
   */
  @Nullable NavigableMap<Bytes, byte[]> put(String owner, Bytes key, byte[] value) {
    Trace trace = traces.get(owner);
    if (trace == null) {
      return null;
    }
    byte[] replaced = trace.entries.put(key, value);
    int more = value.length - (replaced == null ? -OVERHEAD_BYTES : replaced.length);
    trace.bytes += more;
    bytes += more;
    if (trace.entries.size() > MOST_EVENTS || trace.bytes > MOST_TRACE_BYTES) {
      letGo(owner);
      return trace.entries;
    }
    return null;
  }

  /** From now on the store is asked. */
  void letGo(String owner) {
    Trace trace = traces.remove(owner);
    if (trace != null) {
      bytes -= trace.bytes;
    }
  }
}

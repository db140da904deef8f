package dev.recount.topology.assembly;

import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** The headers of all traces, each with its timer. */
final class TraceHeaders {
  private final KeyValueStore<Bytes, byte[]> store;
  private final Timers timers;
  private final LifecycleRules rules;

  TraceHeaders(AssemblyParts parts, LifecycleRules rules) {
    this.store = parts.headers();
    this.timers = parts.timers();
    this.rules = rules;
  }

  @Nullable TraceHeader load(String trace) {
    byte[] bytes = store.get(Stores.key(trace));
    return bytes == null ? null : TraceHeader.decode(bytes);
  }

  void save(String trace, TraceHeader header) {
    store.put(Stores.key(trace), header.encode());
  }

  void delete(String trace) {
    store.delete(Stores.key(trace));
  }

  /**
   * Sets the timer earlier when it must fire earlier; one that fires too early sets itself anew.
   */
  void schedule(String trace, TraceHeader header) {
    long due = rules.due(header);
    if (header.timerDue == 0 || due < header.timerDue) {
      if (header.timerDue != 0) {
        timers.cancel(header.timerDue, trace);
      }
      header.timerDue = due;
      timers.set(due, trace);
    }
  }
}

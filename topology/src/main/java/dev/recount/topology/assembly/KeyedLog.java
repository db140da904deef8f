package dev.recount.topology.assembly;

import dev.recount.avro.TraceEvent;
import dev.recount.topology.TopologyCodecs;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is known of the things of one kind that have logs of their own, each under its key and
 * with at most one timer, which forgets it at the end of its retention.
 *
 * @param <S> what is known of one of them
 */
abstract class KeyedLog<S extends KeyedState> {
  final Timers timers;
  final TopologyCodecs codecs;
  final Outputs outputs;
  private final KeyValueStore<Bytes, byte[]> store;
  private final Supplier<S> empty;
  private final boolean live;

  /** How long to remember after the last event, in milliseconds. */
  final long retention;

  /**
   * @param empty makes the state of what nothing is known of
   * @param retention how long to remember after the last event, in milliseconds
   */
  KeyedLog(AssemblyParts parts, Supplier<S> empty, long retention) {
    this.timers = parts.timers();
    this.codecs = parts.codecs();
    this.outputs = parts.outputs();
    this.store = parts.links();
    this.empty = empty;
    this.live = parts.settings().live();
    this.retention = retention;
  }

  final @Nullable S find(String key) {
    byte[] bytes = store.get(Stores.key(key));
    return bytes == null ? null : decode(bytes);
  }

  final S decode(byte[] bytes) {
    S state = empty.get();
    state.decode(bytes);
    return state;
  }

  /** The state of what nothing is known of until now. */
  final S create(long now) {
    S state = empty.get();
    state.firstAppend = now;
    state.lastAppend = now;
    return state;
  }

  final void save(String key, S state) {
    store.put(Stores.key(key), state.encode());
  }

  final void delete(String key) {
    store.delete(Stores.key(key));
  }

  /** Sets the timer, unless it is set. */
  final void forgetLater(String key, S state, long now) {
    if (state.timerDue == 0) {
      state.timerDue = now + retention;
      timers.set(state.timerDue, key);
    }
  }

  /** Appends an event to the log of a trace or of an alias; a replay finds it there. */
  final void append(String key, TraceEvent event, long now) {
    if (live) {
      outputs.traceEvent(key, event, now);
    }
  }

  /** Forgets at the end of the retention; what was renewed meanwhile is kept on. */
  void timer(String key, long due, long now) {
    S state = find(key);
    if (state == null || state.timerDue != due) {
      return;
    }
    long end = state.lastAppend + retention;
    if (now >= end) {
      delete(key);
      return;
    }
    state.timerDue = end;
    timers.set(end, key);
    save(key, state);
  }
}

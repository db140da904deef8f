package dev.recount.topology.assembly;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;

/**
 * Which events larger traces have, by a hash of their keys, of traces all of whose events came
 * since the task was opened: what is not here is new, and the store need not be asked for it. Most
 * events are new, and to find that out in a store of many files costs more than to put them there.
 *
 * <p>It takes up a bounded number of bytes: the traces that have been quiet for longest are let go.
 */
final class KnownIdentities {
  /** In the order in which they were last asked for. */
  private final Map<String, HashedKeys> traces = new LinkedHashMap<>(16, 0.75f, true);

  private final long mostBytes;
  private long bytes;

  /**
   * @param mostBytes how much it may take up
   */
  KnownIdentities(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /**
   * Takes in a trace.
   *
   * @param keys of all events that it has by now
   */
  void begin(String owner, Iterable<Bytes> keys) {
    HashedKeys hashes = new HashedKeys();
    keys.forEach(key -> hashes.add(key.get(), key.get().length));
    letGo(owner);
    traces.put(owner, hashes);
    bytes += hashes.bytes();
    makeRoom();
  }

  /**
   * Takes note of an event that is filed unless it is there already.
   *
   * @return whether it is certain that the trace has not had it; false where nothing is known
   */
  boolean addsNew(String owner, Bytes key) {
    HashedKeys hashes = traces.get(owner);
    if (hashes == null) {
      return false;
    }
    long before = hashes.bytes();
    boolean added = hashes.add(key.get(), key.get().length);
    if (hashes.bytes() > before) {
      bytes += hashes.bytes() - before;
      makeRoom();
    }
    return added;
  }

  /** From now on the store is asked. */
  void letGo(String owner) {
    HashedKeys hashes = traces.remove(owner);
    if (hashes != null) {
      bytes -= hashes.bytes();
    }
  }

  private void makeRoom() {
    Iterator<HashedKeys> longestQuiet = traces.values().iterator();
    while (bytes > mostBytes && longestQuiet.hasNext()) {
      bytes -= longestQuiet.next().bytes();
      longestQuiet.remove();
    }
  }
}

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
  static final long MOST_BYTES = 16 << 20;

  /** In the order in which they were last asked for. */
  private final Map<String, Hashes> traces = new LinkedHashMap<>(16, 0.75f, true);

  private long bytes;

  /**
   * Takes in a trace.
   *
   * @param keys of all events that it has by now
   */
  void begin(String owner, Iterable<Bytes> keys) {
    Hashes hashes = new Hashes();
    keys.forEach(key -> hashes.add(hash(key.get())));
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
    Hashes hashes = traces.get(owner);
    if (hashes == null) {
      return false;
    }
    long before = hashes.bytes();
    boolean added = hashes.add(hash(key.get()));
    if (hashes.bytes() > before) {
      bytes += hashes.bytes() - before;
      makeRoom();
    }
    return added;
  }

  /** From now on the store is asked. */
  void letGo(String owner) {
    Hashes hashes = traces.remove(owner);
    if (hashes != null) {
      bytes -= hashes.bytes();
    }
  }

  private void makeRoom() {
    Iterator<Hashes> longestQuiet = traces.values().iterator();
    while (bytes > MOST_BYTES && longestQuiet.hasNext()) {
      bytes -= longestQuiet.next().bytes();
      longestQuiet.remove();
    }
  }

  /** FNV-1a, whose bits are mixed once more: tables look at the lowest. */
  private static long hash(byte[] key) {
    long hash = 0xcbf29ce484222325L;
    for (byte each : key) {
      hash = (hash ^ each) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 32)) * 0xd6e8feb86659fd93L;
    return hash ^ (hash >>> 32);
  }

  /** A set of numbers in an array, at most three quarters full; 0 stands for a free place. */
  private static final class Hashes {
    private static final int FIRST_LENGTH = 256;

    private long[] table = new long[FIRST_LENGTH];
    private int size;

    long bytes() {
      return (long) table.length * Long.BYTES;
    }

    /** Adds a number unless it is there; says whether it was not. */
    boolean add(long number) {
      if (!put(table, number == 0 ? 1 : number)) {
        return false;
      }
      size++;
      if (size > table.length / 4 * 3) {
        long[] wider = new long[table.length * 2];
        for (long each : table) {
          if (each != 0) {
            put(wider, each);
          }
        }
        table = wider;
      }
      return true;
    }

    private static boolean put(long[] table, long number) {
      int mask = table.length - 1;
      int place = (int) number & mask;
      while (table[place] != 0) {
        if (table[place] == number) {
          return false;
        }
        place = place + 1 & mask;
      }
      table[place] = number;
      return true;
    }
  }
}

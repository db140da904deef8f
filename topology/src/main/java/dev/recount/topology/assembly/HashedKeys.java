package dev.recount.topology.assembly;

/**
 * A set of keys of which only 64 bits of a hash are kept, in an array that is at most three
 * quarters full: some eleven bytes a key. That two keys of one set share a hash is as good as
 * never.
 */
final class HashedKeys {
  private static final int FIRST_LENGTH = 256;

  /** Hashes; 0 stands for a free place. */
  private long[] table = new long[FIRST_LENGTH];

  private int size;

  /** What it takes up. */
  long bytes() {
    return (long) table.length * Long.BYTES;
  }

  /**
   * Adds a key unless it is there.
   *
   * @param bytes begins with the key
   * @param length of the key
   * @return whether it was not there
   */
  boolean add(byte[] bytes, int length) {
    if (!put(table, hash(bytes, 0, length))) {
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

  /**
   * Whether a key is there.
   *
   * @param bytes holds the key
   * @param from where the key begins
   * @param to where it has ended
   */
  boolean contains(byte[] bytes, int from, int to) {
    return table[place(table, hash(bytes, from, to))] != 0;
  }

  private static boolean put(long[] table, long number) {
    int place = place(table, number);
    if (table[place] != 0) {
      return false;
    }
    table[place] = number;
    return true;
  }

  /** Where a number is, or is to be put. */
  private static int place(long[] table, long number) {
    int mask = table.length - 1;
    int place = (int) number & mask;
    while (table[place] != 0 && table[place] != number) {
      place = place + 1 & mask;
    }
    return place;
  }

  /** FNV-1a, whose bits are mixed once more: tables look at the lowest. */
  static long hash(byte[] bytes, int from, int to) {
    long hash = 0xcbf29ce484222325L;
    for (int i = from; i < to; i++) {
      hash = (hash ^ bytes[i]) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 32)) * 0xd6e8feb86659fd93L;
    hash ^= hash >>> 32;
    return hash == 0 ? 1 : hash;
  }
}

package dev.recount.topology.assembly;

import dev.recount.topology.assembly.CallState.Mention;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Mentions of a tool call beyond those that are told apart, each under a key of its own, so that
 * one more costs the same however many there are. They count as soon as earlier ones are taken
 * back.
 */
final class SpareMentions {
  /** No trace ID, alias or call starts like this. */
  private static final String PREFIX = "spare:";

  private static final char SEPARATOR = '/';
  private static final String ANSWERED = "/answered/";
  private static final String ASKED = "/asked/";

  /** Begins what follows in the key of a mention: its time and identity. */
  private static final String PLACE = "at/";

  /** Begins what follows in the key under which the time of a mention is found. */
  private static final String TIME = "of/";

  private static final int HEXADECIMAL_DIGITS = 2 * Long.BYTES;

  /** Entries of mentions that are forgotten at a time. */
  private static final int DROPS_PER_RECORD = 2_000;

  private final KeyValueStore<Bytes, byte[]> store;

  SpareMentions(AssemblyParts parts) {
    this.store = parts.links();
  }

  static boolean isSpare(String key) {
    return key.startsWith(PREFIX);
  }

  /** Key of the call that a spare mention is of. */
  static String callOf(String key) {
    return key.substring(PREFIX.length(), key.indexOf(SEPARATOR));
  }

  void put(String call, boolean answered, String identity, Mention mention) {
    store.put(placeKey(call, answered, mention.time, identity), mention.event);
    store.put(timeKey(call, answered, identity), bytes(mention.time));
  }

  /**
   * Forgets a mention.
   *
   * @return whether it was there
   */
  boolean drop(String call, boolean answered, String identity) {
    byte[] time = store.delete(timeKey(call, answered, identity));
    if (time == null) {
      return false;
    }
    store.delete(placeKey(call, answered, ByteBuffer.wrap(time).getLong(), identity));
    return true;
  }

  /**
   * Forgets mentions of a call, a limited number of them.
   *
   * @return whether none is left
   */
  boolean dropAll(String call) {
    Bytes from = Stores.key(PREFIX + call + SEPARATOR);
    try (KeyValueIterator<Bytes, byte[]> all = store.range(from, Bytes.increment(from))) {
      for (int dropped = 0; dropped < DROPS_PER_RECORD && all.hasNext(); dropped++) {
        store.delete(all.next().key);
      }
      return !all.hasNext();
    }
  }

  /**
   * Moves the earliest mention to those that are told apart.
   *
   * @return its identity; null when there is none
   */
  @Nullable String moveEarliest(String call, boolean answered, Map<String, Mention> mentions) {
    String prefix = prefix(call, answered) + PLACE;
    Bytes from = Stores.key(prefix);
    KeyValue<Bytes, byte[]> earliest;
    try (KeyValueIterator<Bytes, byte[]> all = store.range(from, Bytes.increment(from))) {
      if (!all.hasNext()) {
        return null;
      }
      earliest = all.next();
    }
    String place = new String(earliest.key.get(), StandardCharsets.UTF_8);
    int end = prefix.length() + HEXADECIMAL_DIGITS;
    String identity = place.substring(end + 1);
    Mention mention = new Mention();
    mention.event = earliest.value;
    mention.time =
        Long.parseUnsignedLong(place.substring(prefix.length(), end), 16) ^ Long.MIN_VALUE;
    mentions.put(identity, mention);
    store.delete(earliest.key);
    store.delete(timeKey(call, answered, identity));
    return identity;
  }

  private static byte[] bytes(long time) {
    return ByteBuffer.allocate(Long.BYTES).putLong(time).array();
  }

  /** In order of time, before 1970 too; of the same time by identity. */
  private static Bytes placeKey(String call, boolean answered, long time, String identity) {
    String place = HexFormat.of().toHexDigits(time ^ Long.MIN_VALUE);
    return Stores.key(prefix(call, answered) + PLACE + place + SEPARATOR + identity);
  }

  private static Bytes timeKey(String call, boolean answered, String identity) {
    return Stores.key(prefix(call, answered) + TIME + identity);
  }

  private static String prefix(String call, boolean answered) {
    return PREFIX + call + (answered ? ANSWERED : ASKED);
  }
}

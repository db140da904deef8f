package dev.recount.topology.assembly;

import dev.recount.topology.assembly.CallState.Mention;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
    byte[] value =
        ByteBuffer.allocate(Long.BYTES + mention.event.length)
            .putLong(mention.time)
            .put(mention.event)
            .array();
    store.put(Stores.key(prefix(call, answered) + identity), value);
  }

  /**
   * Forgets a mention.
   *
   * @return whether it was there
   */
  boolean drop(String call, boolean answered, String identity) {
    return store.delete(Stores.key(prefix(call, answered) + identity)) != null;
  }

  /** Forgets all mentions of a call. */
  void dropAll(String call) {
    Bytes from = Stores.key(PREFIX + call + SEPARATOR);
    try (KeyValueIterator<Bytes, byte[]> all = store.range(from, Bytes.increment(from))) {
      while (all.hasNext()) {
        store.delete(all.next().key);
      }
    }
  }

  /**
   * Moves the earliest mention to those that are told apart. Costs a walk through all of them, but
   * mentions are rarely taken back.
   *
   * @return its identity; null when there is none
   */
  @Nullable String moveEarliest(String call, boolean answered, Map<String, Mention> mentions) {
    String prefix = prefix(call, answered);
    Bytes from = Stores.key(prefix);
    KeyValue<Bytes, byte[]> earliest = null;
    try (KeyValueIterator<Bytes, byte[]> all = store.range(from, Bytes.increment(from))) {
      while (all.hasNext()) {
        KeyValue<Bytes, byte[]> next = all.next();
        // Of the same time the first by identity, which is the order of the keys.
        if (earliest == null || time(next.value) < time(earliest.value)) {
          earliest = next;
        }
      }
    }
    if (earliest == null) {
      return null;
    }
    store.delete(earliest.key);
    Mention mention = new Mention();
    mention.time = time(earliest.value);
    mention.event = Arrays.copyOfRange(earliest.value, Long.BYTES, earliest.value.length);
    String key = new String(earliest.key.get(), StandardCharsets.UTF_8);
    String identity = key.substring(prefix.length());
    mentions.put(identity, mention);
    return identity;
  }

  private static long time(byte[] value) {
    return ByteBuffer.wrap(value).getLong();
  }

  private static String prefix(String call, boolean answered) {
    return PREFIX + call + (answered ? ANSWERED : ASKED);
  }
}

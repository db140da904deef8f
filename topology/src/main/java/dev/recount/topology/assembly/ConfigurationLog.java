package dev.recount.topology.assembly;

import dev.recount.avro.ConfigurationChange;
import dev.recount.topology.Configuration;
import dev.recount.topology.Configuration.Replacement;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What has been in force in one partition of the log, edition by edition, as its CONFIG records say
 * it. Traces remember the edition that they were decided by, so none is forgotten: they are few.
 */
final class ConfigurationLog {
  /** No trace ID and no alias starts with a blank. */
  static final String PREFIX = " config ";

  private final KeyValueStore<Bytes, byte[]> store;
  private final Map<String, Replacement> replacements;

  /** Editions in force as far as they have been looked up: every emission asks for them. */
  private final Map<String, Long> editions = new HashMap<>();

  ConfigurationLog(KeyValueStore<Bytes, byte[]> store, Map<String, Replacement> replacements) {
    this.store = store;
    this.replacements = replacements;
  }

  /**
   * Takes a change into force, from here on. One that changes nothing makes no edition, nor does
   * one that a replay has replaced. Nor does one from before the replacement: partitions lose their
   * beginnings at different times, and numbers must stay those that traces are carried over with.
   *
   * @param now the log's time, milliseconds since the Unix epoch
   */
  void apply(ConfigurationChange change, long now) {
    if (!change.getReplay().equals(replay(change.getName()))
        || now < since(change.getName())
        || change.getValue().equals(current(change.getName()))) {
      return;
    }
    long edition = edition(change.getName()) + 1;
    store.put(key(change.getName(), edition), change.getValue().getBytes(StandardCharsets.UTF_8));
    Bytes current = key(change.getName(), 0);
    store.put(current, ConfigurationHistory.add(store.get(current), edition, now));
    editions.put(change.getName(), edition);
  }

  /** What changes of a name must name to hold: the replay after which they came. */
  String replay(String name) {
    Replacement replacement = replacements.get(name);
    return replacement == null ? "" : replacement.replay();
  }

  private long since(String name) {
    Replacement replacement = replacements.get(name);
    return replacement == null ? 0 : replacement.since();
  }

  /** Number of the edition that is in force; 0 when there has been none. */
  long edition(String name) {
    return editions.computeIfAbsent(name, this::savedEdition);
  }

  private long savedEdition(String name) {
    byte[] saved = store.get(key(name, 0));
    if (saved == null) {
      // What a replay has said is in no store: it holds before the first entry.
      Replacement replacement = replacements.get(name);
      return replacement == null ? 0 : replacement.edition();
    }
    return ByteBuffer.wrap(saved).getLong();
  }

  /** What is in force. */
  String current(String name) {
    return text(name, edition(name));
  }

  /** What an edition says; edition 0 is what holds before the log says anything. */
  String text(String name, long edition) {
    Replacement replacement = replacements.get(name);
    if (replacement != null && edition == replacement.edition()) {
      return replacement.text();
    }
    byte[] saved = edition == 0 ? null : store.get(key(name, edition));
    return saved == null ? Configuration.initial(name) : new String(saved, StandardCharsets.UTF_8);
  }

  private static Bytes key(String name, long edition) {
    return Stores.key(PREFIX + name + (edition == 0 ? "" : " " + edition));
  }
}

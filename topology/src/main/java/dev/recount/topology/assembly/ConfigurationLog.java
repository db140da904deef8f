package dev.recount.topology.assembly;

import dev.recount.avro.ConfigurationChange;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * What has been in force in one partition of the log, edition by edition, as its CONFIG records say
 * it. Traces remember the edition that they were decided by, so none is forgotten: they are few.
 */
final class ConfigurationLog {
  /** No trace ID and no alias starts with a blank. */
  private static final String PREFIX = " config ";

  private final KeyValueStore<Bytes, byte[]> store;

  ConfigurationLog(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
  }

  /** Takes a change into force, from here on. One that changes nothing makes no edition. */
  void apply(ConfigurationChange change) {
    if (change.getValue().equals(current(change.getName()))) {
      return;
    }
    long edition = edition(change.getName()) + 1;
    store.put(key(change.getName(), edition), change.getValue().getBytes(StandardCharsets.UTF_8));
    store.put(key(change.getName(), 0), ByteBuffer.allocate(Long.BYTES).putLong(edition).array());
  }

  /** Number of the edition that is in force; 0 when there has been none. */
  long edition(String name) {
    byte[] saved = store.get(key(name, 0));
    return saved == null ? 0 : ByteBuffer.wrap(saved).getLong();
  }

  /** What is in force; empty when nothing is. */
  String current(String name) {
    String text = text(name, edition(name));
    return text == null ? "" : text;
  }

  /** What an edition says; null when there is no such edition. */
  @Nullable String text(String name, long edition) {
    byte[] saved = edition == 0 ? null : store.get(key(name, edition));
    return saved == null ? null : new String(saved, StandardCharsets.UTF_8);
  }

  private static Bytes key(String name, long edition) {
    return Stores.key(PREFIX + name + (edition == 0 ? "" : " " + edition));
  }
}

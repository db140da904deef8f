package dev.recount.topology.assembly;

import dev.recount.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * The assembler's state stores. All are keyed by bytes of our own layout and logged to changelog
 * topics.
 */
final class Stores {
  /** Trace to {@link TraceHeader}. Read and written with every event. */
  static final String HEADERS = "trace-headers";

  /** Alias, feedback ID or tool call to what is known of it: a {@link KeyedState}. */
  static final String LINKS = "trace-links";

  /** Trace, kind and identity to one event: written once, read when the trace is folded. */
  static final String ENTRIES = "trace-entries";

  /** Due time and trace to nothing, in order of time. */
  static final String TIMERS = "trace-timers";

  /** Trace to fingerprints of the rows that were emitted last. */
  static final String EMISSIONS = "trace-emissions";

  /** Expired trace to its {@link Anchor}. */
  static final String ANCHORS = "trace-anchors";

  private Stores() {}

  /** The key of what is kept under a trace, an alias, a piece of feedback or a call. */
  static Bytes key(String name) {
    return Bytes.wrap(name.getBytes(StandardCharsets.UTF_8));
  }

  static List<StoreBuilder<KeyValueStore<Bytes, byte[]>>> builders() {
    return List.of(
        // A header changes with every event of its trace: the cache spares most of the writes.
        persistent(HEADERS).withCachingEnabled(),
        // Not cached: aliases are swept, and a range of a cached store copies the cache's keys.
        persistent(LINKS),
        persistent(ENTRIES),
        persistent(TIMERS),
        persistent(EMISSIONS),
        persistent(ANCHORS));
  }

  private static StoreBuilder<KeyValueStore<Bytes, byte[]>> persistent(String name) {
    return org.apache.kafka.streams.state.Stores.keyValueStoreBuilder(
            org.apache.kafka.streams.state.Stores.persistentKeyValueStore(name),
            Serdes.Bytes(),
            Serdes.ByteArray())
        // The broker's default is a megabyte; an event may be larger.
        .withLoggingEnabled(
            Map.of(
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                Integer.toString(Topics.RECORD_MAXIMUM_BYTES)));
  }
}

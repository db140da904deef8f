package dev.recount.topology.assembly;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The events of all traces, one of each identity: trace ID, kind and identity as the key; append
 * time of the identity's first event, sequence and the event's own bytes as the value.
 */
@SuppressWarnings("EnumOrdinal") // symbols of the Avro enum keep their places
final class Entries {
  private static final int PREFIX_BYTES = 2 * Long.BYTES;
  private static final byte SEPARATOR = 0;

  private final KeyValueStore<Bytes, byte[]> store;
  private final Envelope.Reader envelopes;

  Entries(KeyValueStore<Bytes, byte[]> store, Envelope.Reader envelopes) {
    this.store = store;
    this.envelopes = envelopes;
  }

  /** What became of an event. */
  enum Filing {
    /** Its identity had not been seen. */
    NEW,
    /** It replaced an earlier event with its identity. */
    REPLACED,
    /** The same event, or one that outranks it, was there already. */
    UNCHANGED
  }

  /** One filed event. Shares its bytes with the store: not to be changed. */
  @SuppressWarnings("ArrayRecordComponent")
  record Entry(Envelope envelope, long firstAppend, long sequence, byte[] value) {
    /** Where the event starts in the value. */
    int offset() {
      return PREFIX_BYTES;
    }
  }

  /** Receives entries one by one. */
  interface Visitor {
    void visit(Entry entry);
  }

  /**
   * Files an event unless it is there already, or one that {@linkplain Ranking outranks} it. Costs
   * one read and at most one write.
   */
  Filing file(String trace, Envelope envelope, byte[] event, long appended, long sequence) {
    Bytes key = key(trace, envelope);
    byte[] existing = store.get(key);
    if (existing == null) {
      store.put(key, value(appended, sequence, event));
      return Filing.NEW;
    }
    long filedPrecedence = envelopes.read(existing, PREFIX_BYTES).precedence();
    if (!Ranking.outranks(
        envelope.precedence(), event, 0, filedPrecedence, existing, PREFIX_BYTES)) {
      return Filing.UNCHANGED;
    }
    store.put(key, value(ByteBuffer.wrap(existing).getLong(), sequence, event));
    return Filing.REPLACED;
  }

  /** Visits all events of a trace, in order of kind and identity. */
  void visit(String trace, Visitor visitor) {
    try (KeyValueIterator<Bytes, byte[]> range = store.range(first(trace), last(trace))) {
      while (range.hasNext()) {
        byte[] value = range.next().value;
        ByteBuffer prefix = ByteBuffer.wrap(value);
        long firstAppend = prefix.getLong();
        long sequence = prefix.getLong();
        visitor.visit(new Entry(envelopes.read(value, PREFIX_BYTES), firstAppend, sequence, value));
      }
    }
  }

  /** Forgets all events of a trace. */
  void delete(String trace) {
    try (KeyValueIterator<Bytes, byte[]> range = store.range(first(trace), last(trace))) {
      while (range.hasNext()) {
        store.delete(range.next().key);
      }
    }
  }

  private static byte[] value(long appended, long sequence, byte[] event) {
    return ByteBuffer.allocate(PREFIX_BYTES + event.length)
        .putLong(appended)
        .putLong(sequence)
        .put(event)
        .array();
  }

  private static Bytes key(String trace, Envelope envelope) {
    byte[] traceBytes = trace.getBytes(StandardCharsets.UTF_8);
    byte[] identity = envelope.identity().getBytes(StandardCharsets.UTF_8);
    return Bytes.wrap(
        ByteBuffer.allocate(traceBytes.length + 2 + identity.length)
            .put(traceBytes)
            .put(SEPARATOR)
            .put((byte) envelope.kind().ordinal())
            .put(identity)
            .array());
  }

  private static Bytes first(String trace) {
    return bound(trace, SEPARATOR);
  }

  private static Bytes last(String trace) {
    // The bound itself is never a key: a separator is always followed by a kind.
    return bound(trace, (byte) (SEPARATOR + 1));
  }

  private static Bytes bound(String trace, byte end) {
    byte[] traceBytes = trace.getBytes(StandardCharsets.UTF_8);
    byte[] bound = Arrays.copyOf(traceBytes, traceBytes.length + 1);
    bound[traceBytes.length] = end;
    return Bytes.wrap(bound);
  }
}

package dev.recount.topology.assembly;

import dev.recount.topology.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/** Fingerprints of the rows that a trace has emitted, by which unchanged rows are recognised. */
@SuppressWarnings("EnumOrdinal") // the ordinal is the stored form, see RowType
final class Emissions {
  private static final int FINGERPRINT_BYTES = 16;

  private final ChunkedStore store;

  Emissions(KeyValueStore<Bytes, byte[]> store) {
    this.store = new ChunkedStore(store);
  }

  /** What a row is: stored by position, append only. */
  enum RowType {
    TRACE,
    DECISION,
    SNAPSHOT,
    EVALUATION,
    FEEDBACK,
    /** The body of a segment: its ID is its hash, and it is sent once. */
    CONTENT,
    /** What the trace says of a tool call that another trace knows more of. */
    CALL,
    /** When the trace's aliases were announced again. */
    ALIASES,
    /** No row, but whether the trace is kept. */
    FATE;

    private static final RowType[] ALL = values();
  }

  /** Which row. */
  record RowKey(RowType type, String id) {}

  /** 128 bits of a row's content. */
  record Fingerprint(long high, long low) {
    /** Of what its ID says all about. */
    static final Fingerprint NONE = new Fingerprint(0, 0);

    /** A provisional row differs from a final one, even where the two say the same. */
    static Fingerprint of(byte[] row, int contentBytes, boolean provisional) {
      MessageDigest sha256 = Sha256.newDigest();
      sha256.update((byte) (provisional ? 1 : 0));
      sha256.update(row, 0, contentBytes);
      ByteBuffer digest = ByteBuffer.wrap(sha256.digest());
      return new Fingerprint(digest.getLong(), digest.getLong());
    }
  }

  Map<RowKey, Fingerprint> load(String trace) {
    byte[] bytes = store.get(trace);
    Map<RowKey, Fingerprint> rows = new LinkedHashMap<>();
    if (bytes != null) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        RowType type = RowType.ALL[buffer.get()];
        byte[] id = new byte[buffer.getInt()];
        buffer.get(id);
        rows.put(
            new RowKey(type, new String(id, StandardCharsets.UTF_8)),
            new Fingerprint(buffer.getLong(), buffer.getLong()));
      }
    }
    return rows;
  }

  /**
   * Saves the fingerprints of what a trace has emitted.
   *
   * @param first whether it had emitted nothing before
   */
  void save(String trace, Map<RowKey, Fingerprint> rows, boolean first) {
    int size = 0;
    for (RowKey row : rows.keySet()) {
      size += 1 + Integer.BYTES + 3 * row.id().length() + FINGERPRINT_BYTES;
    }
    ByteBuffer buffer = ByteBuffer.allocate(size);
    rows.forEach(
        (row, fingerprint) -> {
          byte[] id = row.id().getBytes(StandardCharsets.UTF_8);
          buffer
              .put((byte) row.type().ordinal())
              .putInt(id.length)
              .put(id)
              .putLong(fingerprint.high())
              .putLong(fingerprint.low());
        });
    byte[] bytes = new byte[buffer.position()];
    buffer.flip().get(bytes);
    if (first) {
      store.putFirst(trace, bytes);
    } else {
      store.put(trace, bytes);
    }
  }

  void delete(String trace) {
    store.delete(trace);
  }
}

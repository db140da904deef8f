package dev.recount.topology.assembly;

import dev.recount.topology.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
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
   * Saves what a trace has emitted.
   *
   * @param first whether it had emitted nothing before
   */
  void save(String trace, Rows rows, boolean first) {
    if (first) {
      store.putFirst(trace, rows.bytes());
    } else {
      store.put(trace, rows.bytes());
    }
  }

  /**
   * Rows and their fingerprints in the form in which they are stored, since a large trace has many:
   * of a row that is added twice the second fingerprint holds.
   */
  static final class Rows {
    private static final int FEW = 1 << 10;

    private ByteBuffer buffer = ByteBuffer.allocate(FEW);

    void add(RowType type, String id, Fingerprint fingerprint) {
      byte[] idBytes = id.getBytes(StandardCharsets.UTF_8);
      reserve(1 + Integer.BYTES + idBytes.length + FINGERPRINT_BYTES);
      buffer
          .put((byte) type.ordinal())
          .putInt(idBytes.length)
          .put(idBytes)
          .putLong(fingerprint.high())
          .putLong(fingerprint.low());
    }

    private void reserve(int bytes) {
      if (buffer.remaining() < bytes) {
        int capacity = Math.max(2 * buffer.capacity(), buffer.position() + bytes);
        buffer = ByteBuffer.allocate(capacity).put(buffer.flip());
      }
    }

    byte[] bytes() {
      return Arrays.copyOf(buffer.array(), buffer.position());
    }
  }

  void delete(String trace) {
    store.delete(trace);
  }
}

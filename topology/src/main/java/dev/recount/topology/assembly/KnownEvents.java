package dev.recount.topology.assembly;

import dev.recount.avro.TraceEventKind;
import dev.recount.topology.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which events an expired trace has had, and of each which edition, so that one that is sent once
 * more is told from one that comes late. Twenty bytes for each; of more than {@link #MOST} events
 * explicit decisions and snapshots come first and then spans, in order of their IDs, and of the
 * others nothing is known.
 */
@SuppressWarnings("EnumOrdinal") // symbols of the Avro enum keep their places
final class KnownEvents {
  /** Events of one trace that are remembered: together, bytes that are read back at a stroke. */
  static final int MOST = 10_000;

  private static final List<TraceEventKind> KINDS =
      List.of(TraceEventKind.DECISION, TraceEventKind.SNAPSHOT, TraceEventKind.SPAN);

  private static final int BYTES_EACH = 2 * Long.BYTES + Integer.BYTES;

  /** What an event is to a trace that has expired. */
  enum Standing {
    /** As far as is known, the trace has not had it. */
    NEW,
    /** A later edition of one that it has had. */
    EDITED,
    /** The same once more, or an edition that is outranked. */
    SETTLED
  }

  /** One edition: its precedence and the beginning of the SHA-256 of its content. */
  private record Edition(long precedence, int sha256) {
    boolean outranks(Edition other) {
      return precedence == other.precedence
          ? Integer.compareUnsigned(sha256, other.sha256) > 0
          : precedence > other.precedence;
    }
  }

  /** By 64 bits of a hash of kind and identity, in order, so that equal events are equal bytes. */
  private final Map<Long, Edition> editions = new TreeMap<>();

  /** Whether events of a kind are remembered at all. */
  static boolean remembers(TraceEventKind kind) {
    return KINDS.contains(kind);
  }

  /** Takes in the events that are filed under a name, those first that count most. */
  void addAll(Entries entries, String owner) {
    for (TraceEventKind kind : KINDS) {
      entries.visit(
          owner,
          kind,
          MOST,
          entry -> add(entry.envelope(), edition(entry.envelope(), entry.value(), entry.offset())));
    }
  }

  private void add(Envelope envelope, Edition edition) {
    long key = key(envelope);
    Edition known = editions.get(key);
    if (known == null ? editions.size() < MOST : edition.outranks(known)) {
      editions.put(key, edition);
    }
  }

  /**
   * What an event is that comes now.
   *
   * @param encoded the events that are known, which are searched as they are; null for none
   */
  static Standing standing(byte @Nullable [] encoded, Envelope envelope, byte[] event) {
    Edition known = encoded == null ? null : find(ByteBuffer.wrap(encoded), key(envelope));
    if (known == null) {
      return Standing.NEW;
    }
    return edition(envelope, event, 0).outranks(known) ? Standing.EDITED : Standing.SETTLED;
  }

  private static @Nullable Edition find(ByteBuffer sorted, long key) {
    int from = 0;
    int to = sorted.limit() / BYTES_EACH;
    while (from < to) {
      int middle = (from + to) >>> 1;
      long found = sorted.getLong(middle * BYTES_EACH);
      if (found == key) {
        sorted.position(middle * BYTES_EACH + Long.BYTES);
        return new Edition(sorted.getLong(), sorted.getInt());
      }
      if (found < key) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return null;
  }

  private static Edition edition(Envelope envelope, byte[] event, int offset) {
    return new Edition(
        envelope.precedence(), ByteBuffer.wrap(Ranking.sha256(event, offset)).getInt());
  }

  private static long key(Envelope envelope) {
    MessageDigest digest = Sha256.newDigest();
    digest.update((byte) envelope.kind().ordinal());
    digest.update(envelope.identity().getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(digest.digest()).getLong();
  }

  byte[] encode() {
    ByteBuffer bytes = ByteBuffer.allocate(editions.size() * BYTES_EACH);
    editions.forEach(
        (key, edition) ->
            bytes.putLong(key).putLong(edition.precedence()).putInt(edition.sha256()));
    return bytes.array();
  }

  /**
   * Reads what {@link #encode} has written.
   *
   * @param encoded null for nothing
   */
  static KnownEvents decode(byte @Nullable [] encoded) {
    KnownEvents known = new KnownEvents();
    if (encoded != null) {
      ByteBuffer bytes = ByteBuffer.wrap(encoded);
      while (bytes.hasRemaining()) {
        known.editions.put(bytes.getLong(), new Edition(bytes.getLong(), bytes.getInt()));
      }
    }
    return known;
  }
}

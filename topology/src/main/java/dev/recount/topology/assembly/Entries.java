package dev.recount.topology.assembly;

import dev.recount.avro.TraceEventKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.NavigableMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The events of all traces, one of each identity: their owner, which is a trace in one of its lives
 * (see {@link TraceHeader#owner}), kind and identity as the key; append time of the identity's
 * first event, sequence and the event's own bytes as the value. Of a trace over its cap also the
 * order in which its events are folded, see {@link FoldingOrder}.
 */
@SuppressWarnings("EnumOrdinal") // symbols of the Avro enum keep their places
final class Entries {
  private static final int PREFIX_BYTES = 2 * Long.BYTES;

  /** Follows the owner in the key of an event. */
  private static final byte EVENT = 0;

  /** Follows the owner in the key of an event's place in the folding order. */
  private static final byte PLACE = 1;

  /** Follows the owner in the key of what is noted beside its events, see {@link TraceNotes}. */
  static final byte NOTE = 2;

  private static final byte END = 3;
  private static final byte[] NOTHING = new byte[0];

  private final KeyValueStore<Bytes, byte[]> store;
  private final Envelope.Reader envelopes;
  private final RecentEntries recent = new RecentEntries(HeapShare.bytes());
  private final KnownIdentities known = new KnownIdentities(HeapShare.bytes());

  Entries(KeyValueStore<Bytes, byte[]> store, Envelope.Reader envelopes) {
    this.store = store;
    this.envelopes = envelopes;
  }

  /**
   * What became of an event.
   *
   * @param outcome whether it was filed
   * @param replaced the entry whose place it took; null unless it replaced one
   */
  record Filing(Outcome outcome, @Nullable Entry replaced) {
    private static final Filing NEW = new Filing(Outcome.NEW, null);
    private static final Filing UNCHANGED = new Filing(Outcome.UNCHANGED, null);
  }

  /** Whether an event was filed. */
  enum Outcome {
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
   * at most one read and one write.
   *
   * @param sequence the number of the event in its trace, from 1 on
   */
  Filing file(String owner, Envelope envelope, byte[] event, long appended, long sequence) {
    if (sequence == 1) {
      recent.begin(owner);
    }
    Bytes key = key(owner, envelope);
    byte[] existing = known.addsNew(owner, key) ? null : get(owner, key);
    if (existing == null) {
      put(owner, key, value(appended, sequence, event));
      return Filing.NEW;
    }
    Entry filed = entry(existing);
    if (!Ranking.outranks(
        envelope.precedence(), event, 0, filed.envelope().precedence(), existing, filed.offset())) {
      return Filing.UNCHANGED;
    }
    put(owner, key, value(filed.firstAppend(), sequence, event));
    return new Filing(Outcome.REPLACED, filed);
  }

  private byte @Nullable [] get(String owner, Bytes key) {
    NavigableMap<Bytes, byte[]> all = recent.of(owner);
    return all == null ? store.get(key) : all.get(key);
  }

  private void put(String owner, Bytes key, byte[] value) {
    store.put(key, value);
    NavigableMap<Bytes, byte[]> grown = recent.put(owner, key, value);
    if (grown != null) {
      known.begin(owner, grown.keySet());
    }
  }

  /** One event of a trace; null when it has not come. */
  @Nullable Entry find(String owner, TraceEventKind kind, String identity) {
    byte[] found = get(owner, key(owner, kind, identity.getBytes(StandardCharsets.UTF_8)));
    return found == null ? null : entry(found);
  }

  /** Visits all events of a trace, in order of kind and identity. */
  void visit(String owner, Visitor visitor) {
    NavigableMap<Bytes, byte[]> all = recent.of(owner);
    if (all != null) {
      all.values().forEach(value -> visitor.visit(entry(value)));
      // It has been folded: what still comes is rare.
      recent.letGo(owner);
      return;
    }
    visit(bound(owner, EVENT), bound(owner, PLACE), Integer.MAX_VALUE, visitor);
  }

  /** Visits the events of one kind, in order of identity. */
  void visit(String owner, TraceEventKind kind, Visitor visitor) {
    visit(owner, kind, Integer.MAX_VALUE, visitor);
  }

  /** Likewise, of so many events at most. */
  void visit(String owner, TraceEventKind kind, int limit, Visitor visitor) {
    byte[] prefix = bytes(owner, EVENT, (byte) kind.ordinal());
    byte[] end = prefix.clone();
    end[end.length - 1]++;
    visit(Bytes.wrap(prefix), Bytes.wrap(end), limit, visitor);
  }

  private void visit(Bytes from, Bytes to, int limit, Visitor visitor) {
    int visited = 0;
    try (KeyValueIterator<Bytes, byte[]> range = store.range(from, to)) {
      while (visited++ < limit && range.hasNext()) {
        visitor.visit(entry(range.next().value));
      }
    }
  }

  /** Gives an event a place in the order in which the trace's events of its kind are folded. */
  void place(String owner, Envelope envelope, byte[] place) {
    store.put(placeKey(owner, envelope, place), NOTHING);
  }

  /** Takes a place back. */
  void removePlace(String owner, Envelope envelope, byte[] place) {
    store.delete(placeKey(owner, envelope, place));
  }

  /**
   * Visits the first events of one kind in the order of their places.
   *
   * @param rank first byte of the places
   * @param limit how many at most
   * @return place of the last one if they were as many as that, else null
   */
  FoldingOrder.@Nullable Place visitPlaces(
      String owner, TraceEventKind kind, byte rank, int limit, Visitor visitor) {
    FoldingOrder.Place last = null;
    byte[] prefix = bytes(owner, PLACE, (byte) kind.ordinal(), new byte[] {rank});
    byte[] end = prefix.clone();
    end[end.length - 1]++;
    int visited = 0;
    try (KeyValueIterator<Bytes, byte[]> range = store.range(Bytes.wrap(prefix), Bytes.wrap(end))) {
      while (visited < limit && range.hasNext()) {
        byte[] place = range.next().key.get();
        byte[] identity =
            Arrays.copyOfRange(place, prefix.length - 1 + FoldingOrder.Place.BYTES, place.length);
        byte[] value = store.get(key(owner, kind, identity));
        if (value != null) {
          visitor.visit(entry(value));
        }
        visited++;
        if (visited == limit) {
          last = FoldingOrder.Place.read(place, prefix.length - 1);
        }
      }
    }
    return last;
  }

  /**
   * Forgets the events of a trace, a limited number of them.
   *
   * @return how many; fewer than the limit when none is left
   */
  int delete(String owner, int limit) {
    recent.letGo(owner);
    known.letGo(owner);
    int deleted = 0;
    try (KeyValueIterator<Bytes, byte[]> range =
        store.range(bound(owner, EVENT), bound(owner, END))) {
      while (deleted < limit && range.hasNext()) {
        // By a put, since a deletion reads what was there first.
        store.put(range.next().key, null);
        deleted++;
      }
    }
    return deleted;
  }

  private Entry entry(byte[] value) {
    ByteBuffer prefix = ByteBuffer.wrap(value);
    long firstAppend = prefix.getLong();
    long sequence = prefix.getLong();
    return new Entry(envelopes.read(value, PREFIX_BYTES), firstAppend, sequence, value);
  }

  private static byte[] value(long appended, long sequence, byte[] event) {
    return ByteBuffer.allocate(PREFIX_BYTES + event.length)
        .putLong(appended)
        .putLong(sequence)
        .put(event)
        .array();
  }

  private static Bytes key(String owner, Envelope envelope) {
    return key(owner, envelope.kind(), envelope.identity().getBytes(StandardCharsets.UTF_8));
  }

  private static Bytes key(String owner, TraceEventKind kind, byte[] identity) {
    return Bytes.wrap(bytes(owner, EVENT, (byte) kind.ordinal(), identity));
  }

  private static Bytes placeKey(String owner, Envelope envelope, byte[] place) {
    byte[] identity = envelope.identity().getBytes(StandardCharsets.UTF_8);
    return Bytes.wrap(bytes(owner, PLACE, (byte) envelope.kind().ordinal(), place, identity));
  }

  private static byte[] bytes(String owner, byte section, byte kind, byte[]... parts) {
    byte[] ownerBytes = owner.getBytes(StandardCharsets.UTF_8);
    int length = ownerBytes.length + 2;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer bytes = ByteBuffer.allocate(length).put(ownerBytes).put(section).put(kind);
    for (byte[] part : parts) {
      bytes.put(part);
    }
    return bytes.array();
  }

  /** The bound itself is never a key: a section is always followed by a kind. */
  private static Bytes bound(String owner, byte section) {
    byte[] ownerBytes = owner.getBytes(StandardCharsets.UTF_8);
    byte[] bound = Arrays.copyOf(ownerBytes, ownerBytes.length + 1);
    bound[ownerBytes.length] = section;
    return Bytes.wrap(bound);
  }
}

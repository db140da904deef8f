package dev.recount.topology.assembly;

import dev.recount.avro.TraceEventKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How far the last fold of a trace over its cap went: the time of the last event that was folded,
 * for each kind and rank of the {@link FoldingOrder}. An event beyond it changes nothing that was
 * folded, so that the trace need not be folded again for it. Part of the trace's header.
 */
final class LastFold {
  private static final int RANKS = 3;
  private static final TraceEventKind[] KINDS = {
    TraceEventKind.SPAN, TraceEventKind.LOG_RECORD, TraceEventKind.SNAPSHOT, TraceEventKind.DECISION
  };

  /** Parents that are awaited by name; where there are more, every span may be one of them. */
  private static final int MOST_AWAITED = 128;

  private static final int ANY_AWAITED = MOST_AWAITED + 1;

  private final long cap;
  private long announced;
  private boolean overtaken;
  private boolean climbed;

  /** Hashes of the parents that spans which were folded name, and that had not come. */
  private final List<Long> awaited = new ArrayList<>();

  private final long[] reached = new long[KINDS.length * RANKS];

  /**
   * A fold that has left nothing out so far.
   *
   * @param cap how many events of each kind and rank it may fold
   */
  LastFold(long cap) {
    this.cap = cap;
    Arrays.fill(reached, Long.MAX_VALUE);
  }

  /** Kinds of which no more are folded than the cap allows. */
  static TraceEventKind[] kinds() {
    return KINDS.clone();
  }

  /** Notes that as many events of a kind and rank were folded as the cap allows. */
  void reached(TraceEventKind kind, byte rank, long time) {
    reached[index(kind, rank)] = time;
  }

  /** Whether an event with this place is, or would have been, among what was folded. */
  boolean includes(TraceEventKind kind, FoldingOrder.Place place) {
    return place.time() <= reached[index(kind, place.rank())];
  }

  /** Whether as many events of a kind and rank were folded as the cap allows. */
  boolean isFull(TraceEventKind kind, byte rank) {
    return reached[index(kind, rank)] != Long.MAX_VALUE;
  }

  /** Notes that spans were folded for being parents of others, whatever their own place. */
  void climbed() {
    climbed = true;
  }

  /** Notes that a span which was folded names a parent that has not come. */
  void awaits(String parent) {
    if (awaited.size() < ANY_AWAITED) {
      awaited.add(hash(parent));
    }
  }

  /**
   * Whether a span with a place beyond what was folded may be a parent that was folded, or would
   * be.
   *
   * @param replaces whether it takes the place of an earlier edition
   */
  boolean concerns(String span, boolean replaces) {
    return replaces ? climbed : awaited.size() == ANY_AWAITED || awaited.contains(hash(span));
  }

  private static long hash(String span) {
    byte[] bytes = span.getBytes(StandardCharsets.UTF_8);
    return HashedKeys.hash(bytes, 0, bytes.length);
  }

  /**
   * Whether events have come that take the places of some that were folded. What the trace's rows
   * say is true of those that were, and a fold would tell of others.
   */
  boolean overtaken() {
    return overtaken;
  }

  void overtake() {
    overtaken = true;
  }

  private static int index(TraceEventKind kind, byte rank) {
    for (int index = 0; index < KINDS.length; index++) {
      if (KINDS[index] == kind) {
        return index * RANKS + rank;
      }
    }
    throw new IllegalArgumentException("Events of kind " + kind + " have no folding order");
  }

  long cap() {
    return cap;
  }

  /** When the trace's aliases were announced last, in log time, milliseconds since the epoch. */
  long announced() {
    return announced;
  }

  void announced(long time) {
    announced = time;
  }

  /** How many bytes {@link #write} writes. */
  int bytes() {
    int kin = knowsKin() ? 1 + Short.BYTES + awaited.size() * Long.BYTES : 0;
    return (2 + reached.length) * Long.BYTES + kin;
  }

  /** Whether anything is written of parents, which is one of the header's flags. */
  boolean knowsKin() {
    return climbed || !awaited.isEmpty();
  }

  /** Writes all but {@link #overtaken()}, which is one of the header's flags. */
  void write(ByteBuffer header) {
    header.putLong(cap);
    header.putLong(announced);
    for (long time : reached) {
      header.putLong(time);
    }
    if (knowsKin()) {
      header.put((byte) (climbed ? 1 : 0)).putShort((short) awaited.size());
      awaited.forEach(header::putLong);
    }
  }

  static LastFold read(ByteBuffer header, boolean knowsKin) {
    LastFold fold = new LastFold(header.getLong());
    fold.announced = header.getLong();
    for (int index = 0; index < fold.reached.length; index++) {
      fold.reached[index] = header.getLong();
    }
    if (knowsKin) {
      fold.climbed = header.get() != 0;
      for (int count = header.getShort(); count > 0; count--) {
        fold.awaited.add(header.getLong());
      }
    }
    return fold;
  }
}

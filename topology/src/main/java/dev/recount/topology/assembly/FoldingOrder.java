package dev.recount.topology.assembly;

import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.Span;
import dev.recount.avro.SpanLogRecord;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.schemas.AvroCodec;
import dev.recount.topology.Hints;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which events of a trace over its cap are folded, whatever the order in which they came: of each
 * kind the earliest roots, as many as the cap allows, as many failures, and as many others; of
 * spans also the parents of these, and theirs, as many again: a failure says little without the
 * steps that led to it. So a fold costs at most four times the cap, even where everything fails;
 * failures beyond are counted in the header.
 *
 * <p>The order is kept in state and only of such traces, so that any other trace costs nothing more
 * and a fold reads as many events as the cap allows, not as many as there are.
 */
final class FoldingOrder {
  /**
   * Where an event stands among those of its kind.
   *
   * @param rank roots before failures before others
   * @param time when the event began or happened, in nanoseconds or milliseconds as its kind has it
   */
  record Place(byte rank, long time) {
    static final int BYTES = 1 + Long.BYTES;

    /** Bytes in the same order as the places: by time, before 1970 too. */
    byte[] bytes() {
      return ByteBuffer.allocate(BYTES).put(rank).putLong(time ^ Long.MIN_VALUE).array();
    }

    static Place read(byte[] bytes, int offset) {
      ByteBuffer place = ByteBuffer.wrap(bytes, offset, BYTES);
      return new Place(place.get(), place.getLong() ^ Long.MIN_VALUE);
    }
  }

  private static final byte ROOT = 0;
  private static final byte FAILURE = 1;
  private static final byte OTHER = 2;
  private static final byte[] RANKS = {ROOT, FAILURE, OTHER};

  private final Entries entries;
  private final AvroCodec<TraceEvent> codec;

  FoldingOrder(Entries entries, AvroCodec<TraceEvent> codec) {
    this.entries = entries;
    this.codec = codec;
  }

  /** Gives all events of a trace their place. Done once, when the trace passes its cap. */
  void begin(String owner) {
    entries.visit(owner, entry -> place(owner, entry.envelope(), entry.value(), entry.offset()));
  }

  /**
   * Gives an event its place, and takes that of the event that it replaced.
   *
   * @param last how far the last fold went, which takes note when the event only takes the place of
   *     another; null when there is none that still holds
   * @return whether rows are to tell of the event
   */
  boolean filed(
      String owner,
      Envelope envelope,
      byte[] event,
      Entries.@Nullable Entry replaced,
      @Nullable LastFold last) {
    boolean changed = false;
    if (replaced != null) {
      Place place = placeOf(replaced.envelope(), replaced.value(), replaced.offset());
      if (place != null) {
        entries.removePlace(owner, replaced.envelope(), place.bytes());
        changed = last == null || last.includes(envelope.kind(), place);
      }
    }
    Place place = place(owner, envelope, event, 0);
    if (changed || last == null || place == null) {
      return true;
    }
    if (!last.includes(envelope.kind(), place)) {
      if (envelope.kind() == TraceEventKind.SPAN
          && last.concerns(envelope.identity(), replaced != null)) {
        last.overtake();
      }
      return false;
    }
    if (!last.isFull(envelope.kind(), place.rank())) {
      return true;
    }
    last.overtake();
    return false;
  }

  /**
   * Visits the events of a kind that are folded.
   *
   * @param cap how many roots at most, how many failures, and how many others
   * @param fold takes note of how far that was
   */
  void visit(String owner, TraceEventKind kind, int cap, LastFold fold, Entries.Visitor visitor) {
    for (byte rank : RANKS) {
      Place last = entries.visitPlaces(owner, kind, rank, cap, visitor);
      if (last != null) {
        fold.reached(kind, rank, last.time());
      }
    }
  }

  private @Nullable Place place(String owner, Envelope envelope, byte[] event, int offset) {
    Place place = placeOf(envelope, event, offset);
    if (place != null) {
      entries.place(owner, envelope, place.bytes());
    }
    return place;
  }

  /** The place of an event, or null for one that is folded whatever the cap. */
  private @Nullable Place placeOf(Envelope envelope, byte[] event, int offset) {
    Long time =
        switch (envelope.kind()) {
          case SPAN -> ((Span) payload(event, offset)).getStartTimeUnixNano();
          case LOG_RECORD -> ((SpanLogRecord) payload(event, offset)).getTimeUnixNano();
          case SNAPSHOT -> millis(((ContextSnapshot) payload(event, offset)).getCapturedAt());
          case DECISION -> millis(((DecisionEvent) payload(event, offset)).getOccurredAt());
          case FEEDBACK, LINK, ALIAS, CONFIG, FORGET, TICK -> null;
        };
    return time == null ? null : new Place(rank(envelope), time);
  }

  private static byte rank(Envelope envelope) {
    if (envelope.has(Hints.ROOT)) {
      return ROOT;
    }
    return envelope.has(Hints.ERROR) ? FAILURE : OTHER;
  }

  private static long millis(Instant instant) {
    return instant.toEpochMilli();
  }

  private Object payload(byte[] event, int offset) {
    return codec.decode(event, offset).getPayload();
  }
}

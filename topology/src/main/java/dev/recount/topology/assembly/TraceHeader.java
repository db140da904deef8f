package dev.recount.topology.assembly;

import java.nio.ByteBuffer;

/**
 * What the lifecycle knows of a trace without looking at its events: a small value that is read and
 * written with every event, whatever the size of the trace. All times are the log's, milliseconds
 * since the Unix epoch.
 */
@SuppressWarnings("EnumOrdinal") // the ordinal is the stored form, see Lifecycle
final class TraceHeader {
  /** How far a trace has come. Stored by position: append only. */
  enum Lifecycle {
    OPEN,
    SETTLED,
    /** Only an anchor is left; what comes late is laid over it. */
    EXPIRED
  }

  private static final Lifecycle[] LIFECYCLES = Lifecycle.values();
  private static final byte FORMAT = 2;
  private static final int BYTES = 2 + 4 + 13 * Long.BYTES;

  private static final int ROOT_ENDED = 1;
  private static final int URGENT = 2;
  private static final int UNEMITTED = 4;
  private static final int UNRELEASED = 8;
  private static final int OVER_CAP = 16;
  private static final int PURGED = 32;

  Lifecycle lifecycle = Lifecycle.OPEN;
  private int flags;

  /** Append time of the first event: the key time of the trace's rows. */
  long firstAppend;

  /** Append time of the last event that changed anything. */
  long lastAppend;

  /** Number of events that changed anything; numbers the entries in order of arrival. */
  long sequence;

  /** Sequence up to which spans have been released to retained-spans. */
  long releasedSequence;

  /** Number of the last emission. */
  long revision;

  long spans;

  /** Snapshots and explicit decisions. */
  long others;

  long feedback;

  /** Log records, of spans and of evaluations that are no feedback. */
  long logRecords;

  /** When the next provisional emission is due; 0 for none. */
  long provisionalDue;

  /** Delay after which the provisional emission after the next one follows. */
  long provisionalDelay;

  /** When the trace's timer fires; 0 for none. */
  long timerDue;

  /** Append time of the first event that has not been emitted. */
  long unemittedSince;

  boolean rootEnded() {
    return (flags & ROOT_ENDED) != 0;
  }

  void setRootEnded() {
    flags |= ROOT_ENDED;
  }

  /** Whether an error, an escalation or a rollback waits to be shown. */
  boolean urgent() {
    return (flags & URGENT) != 0;
  }

  void setUrgent(boolean urgent) {
    flags = urgent ? flags | URGENT : flags & ~URGENT;
  }

  /** Whether events have arrived since the last emission. */
  boolean unemitted() {
    return (flags & UNEMITTED) != 0;
  }

  void setUnemitted(boolean unemitted) {
    flags = unemitted ? flags | UNEMITTED : flags & ~UNEMITTED;
  }

  /** Whether a span waits for the next emission to be released. */
  boolean unreleased() {
    return (flags & UNRELEASED) != 0;
  }

  void setUnreleased(boolean unreleased) {
    flags = unreleased ? flags | UNRELEASED : flags & ~UNRELEASED;
  }

  /** Whether there are more events of a kind than are folded. Once so, always so. */
  boolean overCap() {
    return (flags & OVER_CAP) != 0;
  }

  void setOverCap() {
    flags |= OVER_CAP;
  }

  /** Whether the trace has expired and its events are being deleted. */
  boolean purged() {
    return (flags & PURGED) != 0;
  }

  void setPurged() {
    flags |= PURGED;
  }

  /** Whether there is anything but feedback: only then is there a trace. */
  boolean hasTrace() {
    return spans + others > 0;
  }

  byte[] encode() {
    return ByteBuffer.allocate(BYTES)
        .put(FORMAT)
        .put((byte) lifecycle.ordinal())
        .putInt(flags)
        .putLong(firstAppend)
        .putLong(lastAppend)
        .putLong(sequence)
        .putLong(releasedSequence)
        .putLong(revision)
        .putLong(spans)
        .putLong(others)
        .putLong(feedback)
        .putLong(logRecords)
        .putLong(provisionalDue)
        .putLong(provisionalDelay)
        .putLong(timerDue)
        .putLong(unemittedSince)
        .array();
  }

  static TraceHeader decode(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    byte format = buffer.get();
    if (format != FORMAT) {
      throw new IllegalStateException(
          "State was written by another version of Recount (header format " + format + ")");
    }
    TraceHeader header = new TraceHeader();
    header.lifecycle = LIFECYCLES[buffer.get()];
    header.flags = buffer.getInt();
    header.firstAppend = buffer.getLong();
    header.lastAppend = buffer.getLong();
    header.sequence = buffer.getLong();
    header.releasedSequence = buffer.getLong();
    header.revision = buffer.getLong();
    header.spans = buffer.getLong();
    header.others = buffer.getLong();
    header.feedback = buffer.getLong();
    header.logRecords = buffer.getLong();
    header.provisionalDue = buffer.getLong();
    header.provisionalDelay = buffer.getLong();
    header.timerDue = buffer.getLong();
    header.unemittedSince = buffer.getLong();
    return header;
  }
}

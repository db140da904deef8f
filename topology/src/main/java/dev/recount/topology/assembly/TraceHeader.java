package dev.recount.topology.assembly;

import dev.recount.topology.Hints;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

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
  private static final byte FORMAT = 8;
  private static final int BYTES = 2 + 4 + 19 * Long.BYTES;

  /** No trace ID contains it. */
  static final char LIFE = '@';

  private static final int ROOT_ENDED = 1;
  private static final int URGENT = 2;
  private static final int UNEMITTED = 4;
  private static final int UNRELEASED = 8;
  private static final int ORDERED = 16;
  private static final int PURGED = 32;
  private static final int FOLD_HOLDS = 64;
  private static final int FORGOTTEN = 128;
  private static final int JUDGED_EARLY = 256;
  private static final int KEY_TIME_STANDS = 512;
  private static final int FOLD_OVERTAKEN = 1024;

  /** Whether it knows of parents beyond the cap that it has folded, or that it waits for. */
  private static final int FOLD_KNOWS_KIN = 2048;

  private static final int ANCHORED = 4096;

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

  /** Of the spans, decisions that failed. */
  long failures;

  /** End of the span that ended last, nanoseconds since the Unix epoch; 0 when none has ended. */
  long latestEnd;

  /** Snapshots and explicit decisions. */
  long others;

  long feedback;

  /** Log records, of spans and of evaluations that are no feedback. */
  long logRecords;

  /** When the next provisional emission is due; 0 for none. */
  long provisionalDue;

  /** Delay after which the provisional emission after the next one follows. */
  long provisionalDelay;

  /** Until when no other emission amends the trace; 0 for none. */
  long restUntil;

  /** Until when no error has the trace folded, since one just had; 0 for none. */
  long urgentRestUntil;

  /** When the trace's timer fires; 0 for none. */
  long timerDue;

  /** Append time of the first event that has not been emitted. */
  long unemittedSince;

  /** Decisions of the anchor over which the events of an expired trace are laid. */
  long anchored;

  /** Edition of the evaluators' settings by which the trace settled. */
  long evaluators;

  /** Whether the trace is kept. */
  Fate fate = Fate.UNDECIDED;

  /**
   * When this life of the trace began; 0 for the first. A trace that comes back files its events
   * apart from those of its earlier life, which may not have been deleted yet.
   */
  long born;

  /**
   * How far the last fold of a trace over its cap went; null once something came that a fold would
   * tell of.
   */
  @Nullable LastFold lastFold;

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

  /** Whether the events have places in the folding order. Once so, always so. */
  boolean ordered() {
    return (flags & ORDERED) != 0;
  }

  void setOrdered() {
    flags |= ORDERED;
  }

  /** Whether this is all that is left of a trace, while its events are being deleted. */
  boolean purged() {
    return (flags & PURGED) != 0;
  }

  void setPurged() {
    flags |= PURGED;
  }

  /** Whether this stands for a trace that is to be forgotten: what comes for it is passed over. */
  boolean forgotten() {
    return (flags & FORGOTTEN) != 0;
  }

  void setForgotten() {
    flags |= FORGOTTEN;
  }

  /** Whether verdicts on single events stand that no fold has confirmed. */
  boolean judgedEarly() {
    return (flags & JUDGED_EARLY) != 0;
  }

  void setJudgedEarly(boolean judgedEarly) {
    flags = judgedEarly ? flags | JUDGED_EARLY : flags & ~JUDGED_EARLY;
  }

  /** Whether a row has been emitted before the trace had anything to show, and with it its age. */
  boolean keyTimeStands() {
    return (flags & KEY_TIME_STANDS) != 0;
  }

  void setKeyTimeStands() {
    flags |= KEY_TIME_STANDS;
  }

  /** Whether there is anything but feedback: only then is there a trace. */
  boolean hasTrace() {
    return spans + others > 0;
  }

  /**
   * Whether the emission that has just begun is the first of the trace, in any of its lives: then
   * no fingerprints of rows are kept of it.
   */
  boolean neverEmitted() {
    return revision <= 1 && born == 0 && lifecycle == Lifecycle.OPEN;
  }

  /** Number of events that the trace has. */
  long events() {
    return spans + others + feedback + logRecords;
  }

  /** How much an emission reads, at most: events, and what an anchor holds. */
  long size() {
    return events() + anchored;
  }

  /** Takes note of a span that was filed, in the place of another edition or of none. */
  void filedSpan(Envelope span, @Nullable Envelope replaced) {
    failures += isFailure(span) ? 1 : 0;
    failures -= replaced != null && isFailure(replaced) ? 1 : 0;
    if (span.has(Hints.ENDED)) {
      if (latestEnd == 0) {
        // Until then decisions and snapshots say when the trace ended.
        lastFold = null;
      }
      latestEnd = Math.max(latestEnd, span.precedence());
    }
  }

  /** Whether a span is a decision that failed. */
  static boolean isFailure(Envelope span) {
    return span.has(Hints.ERROR) && span.has(Hints.DECISION);
  }

  /** The name under which the events of this life of a trace are filed. */
  String owner(String trace) {
    return born == 0 ? trace : trace + LIFE + born;
  }

  /** The trace whose events are filed under a name. */
  static String traceOf(String owner) {
    int life = owner.lastIndexOf(LIFE);
    return life < 0 ? owner : owner.substring(0, life);
  }

  byte[] encode() {
    flags &= ~(FOLD_HOLDS | FOLD_OVERTAKEN | FOLD_KNOWS_KIN);
    if (lastFold != null) {
      flags |= FOLD_HOLDS;
      flags |= lastFold.overtaken() ? FOLD_OVERTAKEN : 0;
      flags |= lastFold.knowsKin() ? FOLD_KNOWS_KIN : 0;
    }
    flags = anchored == 0 ? flags & ~ANCHORED : flags | ANCHORED;
    int more = (lastFold == null ? 0 : lastFold.bytes()) + (anchored == 0 ? 0 : Long.BYTES);
    ByteBuffer buffer = ByteBuffer.allocate(BYTES + fate.bytes() + more);
    buffer
        .put(FORMAT)
        .put((byte) lifecycle.ordinal())
        .putInt(flags)
        .putLong(firstAppend)
        .putLong(lastAppend)
        .putLong(sequence)
        .putLong(releasedSequence)
        .putLong(revision)
        .putLong(spans)
        .putLong(failures)
        .putLong(latestEnd)
        .putLong(others)
        .putLong(feedback)
        .putLong(logRecords)
        .putLong(provisionalDue)
        .putLong(provisionalDelay)
        .putLong(restUntil)
        .putLong(urgentRestUntil)
        .putLong(timerDue)
        .putLong(unemittedSince)
        .putLong(born)
        .putLong(evaluators);
    fate.encode(buffer);
    if (lastFold != null) {
      lastFold.write(buffer);
    }
    if (anchored != 0) {
      buffer.putLong(anchored);
    }
    return buffer.array();
  }

  static TraceHeader decode(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    byte format = buffer.get();
    if (format != FORMAT) {
      throw new OtherVersionException("header", format);
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
    header.failures = buffer.getLong();
    header.latestEnd = buffer.getLong();
    header.others = buffer.getLong();
    header.feedback = buffer.getLong();
    header.logRecords = buffer.getLong();
    header.provisionalDue = buffer.getLong();
    header.provisionalDelay = buffer.getLong();
    header.restUntil = buffer.getLong();
    header.urgentRestUntil = buffer.getLong();
    header.timerDue = buffer.getLong();
    header.unemittedSince = buffer.getLong();
    header.born = buffer.getLong();
    header.evaluators = buffer.getLong();
    header.fate = Fate.decode(buffer);
    if ((header.flags & FOLD_HOLDS) != 0) {
      header.lastFold = LastFold.read(buffer, (header.flags & FOLD_KNOWS_KIN) != 0);
      if ((header.flags & FOLD_OVERTAKEN) != 0) {
        header.lastFold.overtake();
      }
    }
    if ((header.flags & ANCHORED) != 0) {
      header.anchored = buffer.getLong();
    }
    return header;
  }
}

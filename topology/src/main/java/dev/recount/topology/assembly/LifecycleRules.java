package dev.recount.topology.assembly;

import dev.recount.avro.Phase;
import dev.recount.topology.TopologySettings;
import dev.recount.topology.assembly.TraceHeader.Lifecycle;
import org.jspecify.annotations.Nullable;

/**
 * When a trace's rows are emitted, and in which phase. Pure: a function of the header and of the
 * log's time.
 *
 * <pre>
 *   open ──(root ended and quiet, or idle, or too old)──▶ settled ──(late events, quiet)──▶ settled
 *    └─(runs long, or an error: provisional rows)─▶ open    rows: amended
 *   settled ──(end of the state retention)──▶ anchor ──(late events)──▶ expired    rows: amended
 * </pre>
 */
final class LifecycleRules {
  /** Late events are gathered for no longer than this multiple of the quiet time. */
  private static final int LONGEST_GATHERING = 30;

  /** One error after another is shown this many times sooner than a running trace is anyway. */
  private static final int SHARE_OF_INTERVAL = 8;

  /** Milliseconds in which what came with a suspect event joins it; a tick follows in a second. */
  private static final long SUSPICION_GATHERS = 50;

  private static final long LONGEST_URGENT_REST = 60_000;

  /**
   * After an emission a trace rests for this long for each event that was folded: about ten times
   * what folding one costs. So no trace takes more than a tenth of its partition's time, however
   * its late events come; and the stall that a large one makes cannot look like the quiet that
   * makes it due again.
   */
  private static final long REST_MICROS_PER_EVENT = 500;

  /**
   * Where events only take the places of others, as all do whose spans come from the last to the
   * first, every row is withdrawn and another written: a quarter of a millisecond for each that is
   * folded. Where few fail that is a third of those that may be. This long for each of these, and
   * such a trace takes a hundredth of its partition's time.
   */
  private static final long OVERTAKEN_MILLIS_PER_EVENT = 10;

  /** Of a trace over its cap: roots, failures, and others. Parents beside them are few. */
  private static final int MOST_FOLDED_PER_CAP = 3;

  private final long settleQuiet;
  private final long settleIdle;
  private final long settleMaximumAge;
  private final long amendQuiet;
  private final long provisionalAfter;
  private final long urgentAfter;
  private final long feedbackWait;
  private final long stateRetention;
  private final long spanCap;

  LifecycleRules(TopologySettings settings) {
    settleQuiet = settings.settleQuiet().toMillis();
    settleIdle = settings.settleIdle().toMillis();
    settleMaximumAge = settings.settleMaximumAge().toMillis();
    amendQuiet = settings.amendQuiet().toMillis();
    provisionalAfter = settings.provisionalAfter().toMillis();
    urgentAfter = settings.urgentAfter().toMillis();
    feedbackWait = settings.feedbackWait().toMillis();
    stateRetention = settings.stateRetention().toMillis();
    spanCap = settings.spanCap();
  }

  /** Notes in the header that an event changed the trace. */
  void touch(TraceHeader header, long now, boolean urgent) {
    header.fate = header.fate.at(now, header.lastAppend);
    header.lastAppend = now;
    if (!header.unemitted()) {
      header.setUnemitted(true);
      header.unemittedSince = now;
    }
    if (header.lifecycle != Lifecycle.OPEN) {
      return;
    }
    boolean hurries = urgent && !header.urgent();
    // An escalation may come before anything of its trace does.
    header.setUrgent(header.urgent() || urgent);
    if (!header.hasTrace()) {
      return;
    }
    if (header.provisionalDelay == 0) {
      header.provisionalDelay = provisionalAfter;
      header.provisionalDue = header.firstAppend + provisionalAfter;
      hurries = header.urgent();
    }
    if (hurries) {
      long due = Math.max(now + urgentAfter, header.urgentRestUntil);
      header.provisionalDue = Math.min(header.provisionalDue, due);
    }
  }

  /**
   * Notes in the header that an evaluator wants an event judged at once: a verdict may come in time
   * to stop what has been begun, also where a trace goes on that had settled.
   *
   * @param inTrace whether that takes the rest of the trace: then it rests for no longer than
   *     folding it is worth
   * @return whether the trace is folded in time; where it is not, the event is to be judged by
   *     itself
   */
  boolean suspect(TraceHeader header, long now, boolean inTrace) {
    if (header.lifecycle == Lifecycle.EXPIRED || !header.hasTrace() || exceedsCap(header)) {
      return false;
    }
    long atOnce = now + SUSPICION_GATHERS;
    long due = inTrace ? atOnce : Math.max(atOnce, header.urgentRestUntil);
    boolean planned = header.lifecycle == Lifecycle.OPEN || header.urgent();
    header.provisionalDue = planned ? Math.min(header.provisionalDue, due) : due;
    header.setUrgent(true);
    return Math.max(header.provisionalDue, header.restUntil) <= atOnce;
  }

  /**
   * For how long a trace rests after it was shown for an error or a suspicion, since each time the
   * whole trace is folded: one that runs longer and longer, up to a minute. What comes after a
   * longer silence does not wait, however old the trace is.
   */
  private long urgentRest(TraceHeader header, Phase phase) {
    if (phase == Phase.settled) {
      return 0;
    }
    if (phase == Phase.amended) {
      return urgentAfter;
    }
    long grown = Math.min(header.provisionalDelay / SHARE_OF_INTERVAL, LONGEST_URGENT_REST);
    return Math.max(urgentAfter, grown);
  }

  /** When the trace wants to be looked at again. */
  long due(TraceHeader header) {
    long expiry = expiry(header);
    if (header.lifecycle != Lifecycle.OPEN) {
      return header.unemitted() ? Math.min(amendDue(header), expiry) : expiry;
    }
    if (!header.hasTrace()) {
      return header.unemitted() ? Math.min(header.unemittedSince + feedbackWait, expiry) : expiry;
    }
    long settle = settleDue(header);
    return header.unemitted() ? Math.min(settle, provisionalDue(header)) : settle;
  }

  /**
   * Whether the trace has more events of a kind than are folded: it settles at once and grows on.
   */
  boolean exceedsCap(TraceHeader header) {
    return header.spans > spanCap || header.others > spanCap || header.logRecords > spanCap;
  }

  private long settleDue(TraceHeader header) {
    if (exceedsCap(header)) {
      return header.lastAppend;
    }
    long quiet = header.rootEnded() ? settleQuiet : settleIdle;
    return Math.min(header.lastAppend + quiet, header.firstAppend + settleMaximumAge);
  }

  private long amendDue(TraceHeader header) {
    long wanted = Math.max(amendWanted(header), header.urgentRestUntil);
    // Once it has settled only a suspicion is urgent.
    long due = header.urgent() ? Math.min(wanted, header.provisionalDue) : wanted;
    return Math.max(due, header.restUntil);
  }

  private long amendWanted(TraceHeader header) {
    long gathered =
        Math.min(
            header.lastAppend + amendQuiet, header.unemittedSince + LONGEST_GATHERING * amendQuiet);
    if (exceedsCap(header)) {
      // Reading it back is costly: while it grows, at growing intervals.
      return Math.min(Math.max(gathered, header.provisionalDue), header.lastAppend + settleQuiet);
    }
    return gathered;
  }

  private static long provisionalDue(TraceHeader header) {
    return Math.max(header.provisionalDue, header.restUntil);
  }

  private long expiry(TraceHeader header) {
    // A trace that is not kept is held only as long as it can still be readmitted.
    boolean held = !header.fate.retained() && header.lifecycle == Lifecycle.SETTLED;
    return header.lastAppend + (held ? header.fate.held() : stateRetention);
  }

  /** Whether the state of the trace is to be given up. */
  boolean expired(TraceHeader header, long now) {
    boolean settlesFirst =
        header.lifecycle == Lifecycle.OPEN ? header.hasTrace() : header.unemitted();
    return !settlesFirst && now >= expiry(header);
  }

  /**
   * Whether feedback has waited long enough for a trace that never came. What comes after a report
   * waits anew and is reported too.
   */
  boolean feedbackGivenUp(TraceHeader header, long now) {
    return header.lifecycle == Lifecycle.OPEN
        && !header.hasTrace()
        && header.unemitted()
        && now >= header.unemittedSince + feedbackWait;
  }

  /**
   * Whether a trace over its cap of which others would be folded now is folded again: once it
   * pauses, or when it has grown on for long. Until then what has come is counted.
   */
  boolean foldsOthers(TraceHeader header, long now) {
    long rest = folded(header) * OVERTAKEN_MILLIS_PER_EVENT;
    return now >= Math.min(header.lastAppend + settleQuiet, header.unemittedSince + rest);
  }

  /** In which phase rows are to be emitted now, or null when it is not time. */
  @Nullable Phase emission(TraceHeader header, long now) {
    if (header.lifecycle != Lifecycle.OPEN) {
      return header.unemitted() && now >= amendDue(header) ? Phase.amended : null;
    }
    if (!header.hasTrace()) {
      return null;
    }
    if (now >= settleDue(header)) {
      return Phase.settled;
    }
    return header.unemitted() && now >= provisionalDue(header) ? Phase.provisional : null;
  }

  /**
   * Bounds the growth of the interval: each error shortens it, so that it would double without end,
   * and what a trace over its cap costs to read does not grow with it either.
   */
  private long longestInterval(TraceHeader header) {
    return exceedsCap(header) ? LONGEST_GATHERING * settleQuiet : settleMaximumAge;
  }

  /** How many events an emission reads, at most. */
  private long folded(TraceHeader header) {
    long size = header.size();
    return size / MOST_FOLDED_PER_CAP > spanCap ? MOST_FOLDED_PER_CAP * spanCap : size;
  }

  /** Notes in the header that rows have been emitted. */
  void emitted(TraceHeader header, Phase phase, long now) {
    boolean urgent = header.urgent();
    // What has only been counted waits to be folded.
    header.setUnemitted(header.lastFold != null && header.lastFold.overtaken());
    header.setUrgent(false);
    if (phase == Phase.provisional || exceedsCap(header)) {
      // Growing intervals keep the cost of showing a long trace linear in its length.
      header.provisionalDue = now + header.provisionalDelay;
      // An error or a suspicion that came between must not have it grow faster than the trace does.
      long grown = Math.max(provisionalAfter, 2 * (now - header.firstAppend));
      header.provisionalDelay =
          Math.min(Math.min(2 * header.provisionalDelay, grown), longestInterval(header));
    }
    if (phase != Phase.provisional && header.lifecycle == Lifecycle.OPEN) {
      header.lifecycle = Lifecycle.SETTLED;
    }
    header.restUntil = now + foldingRest(header);
    header.urgentRestUntil = urgent ? now + urgentRest(header, phase) : 0;
  }

  private long foldingRest(TraceHeader header) {
    return folded(header) * REST_MICROS_PER_EVENT / 1_000;
  }
}

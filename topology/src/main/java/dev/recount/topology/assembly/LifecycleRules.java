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
 * </pre>
 */
final class LifecycleRules {
  /** Late events are gathered for no longer than this multiple of the quiet time. */
  private static final int LONGEST_GATHERING = 30;

  private final long settleQuiet;
  private final long settleIdle;
  private final long settleMaximumAge;
  private final long amendQuiet;
  private final long provisionalAfter;
  private final long urgentAfter;
  private final long feedbackWait;
  private final long stateRetention;

  LifecycleRules(TopologySettings settings) {
    settleQuiet = settings.settleQuiet().toMillis();
    settleIdle = settings.settleIdle().toMillis();
    settleMaximumAge = settings.settleMaximumAge().toMillis();
    amendQuiet = settings.amendQuiet().toMillis();
    provisionalAfter = settings.provisionalAfter().toMillis();
    urgentAfter = settings.urgentAfter().toMillis();
    feedbackWait = settings.feedbackWait().toMillis();
    stateRetention = settings.stateRetention().toMillis();
  }

  /** Notes in the header that an event changed the trace. */
  void touch(TraceHeader header, long now, boolean urgent) {
    header.lastAppend = now;
    if (!header.unemitted()) {
      header.setUnemitted(true);
      header.unemittedSince = now;
    }
    if (header.lifecycle == Lifecycle.OPEN && header.hasTrace()) {
      if (header.provisionalDelay == 0) {
        header.provisionalDelay = provisionalAfter;
        header.provisionalDue = header.firstAppend + provisionalAfter;
      }
      if (urgent && !header.urgent()) {
        header.setUrgent(true);
        header.provisionalDue = Math.min(header.provisionalDue, now + urgentAfter);
      }
    }
  }

  /** When the trace wants to be looked at again. */
  long due(TraceHeader header) {
    long expiry = expiry(header);
    if (header.lifecycle == Lifecycle.SETTLED) {
      return header.unemitted() ? Math.min(amendDue(header), expiry) : expiry;
    }
    if (!header.hasTrace()) {
      return header.reportedUnmatched()
          ? expiry
          : Math.min(header.firstAppend + feedbackWait, expiry);
    }
    long settle = settleDue(header);
    return header.unemitted() ? Math.min(settle, header.provisionalDue) : settle;
  }

  private long settleDue(TraceHeader header) {
    long quiet = header.rootEnded() ? settleQuiet : settleIdle;
    return Math.min(header.lastAppend + quiet, header.firstAppend + settleMaximumAge);
  }

  private long amendDue(TraceHeader header) {
    return Math.min(
        header.lastAppend + amendQuiet, header.unemittedSince + LONGEST_GATHERING * amendQuiet);
  }

  private long expiry(TraceHeader header) {
    return header.lastAppend + stateRetention;
  }

  /** Whether the state of the trace is to be given up. */
  boolean expired(TraceHeader header, long now) {
    return (header.lifecycle == Lifecycle.SETTLED || !header.hasTrace()) && now >= expiry(header);
  }

  /** Whether feedback has waited long enough for a trace that never came. */
  boolean feedbackGivenUp(TraceHeader header, long now) {
    return !header.hasTrace()
        && !header.reportedUnmatched()
        && now >= header.firstAppend + feedbackWait;
  }

  /** In which phase rows are to be emitted now, or null when it is not time. */
  @Nullable Phase emission(TraceHeader header, long now) {
    if (!header.hasTrace()) {
      return null;
    }
    if (header.lifecycle == Lifecycle.SETTLED) {
      return header.unemitted() && now >= amendDue(header) ? Phase.amended : null;
    }
    if (now >= settleDue(header)) {
      return Phase.settled;
    }
    return header.unemitted() && now >= header.provisionalDue ? Phase.provisional : null;
  }

  /** Notes in the header that rows have been emitted. */
  void emitted(TraceHeader header, Phase phase, long now) {
    header.setUnemitted(false);
    header.setUrgent(false);
    if (phase == Phase.provisional) {
      // Growing intervals keep the cost of showing a long trace linear in its length.
      header.provisionalDue = now + header.provisionalDelay;
      header.provisionalDelay = Math.multiplyExact(header.provisionalDelay, 2L);
    } else {
      header.lifecycle = Lifecycle.SETTLED;
    }
  }
}

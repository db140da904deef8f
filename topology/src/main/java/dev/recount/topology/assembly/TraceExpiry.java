package dev.recount.topology.assembly;

import dev.recount.topology.TopologySettings;

/**
 * The end of a trace's state: an anchor takes its place, its events are deleted, and in the end the
 * anchor too. What one record deletes is limited; the next record goes on.
 */
final class TraceExpiry {
  /** Events of expired traces that one record may delete, all traces together. */
  private static final int DELETIONS_PER_RECORD = 5_000;

  /** Begins the name of a timer that goes on deleting. No key of the log starts like this. */
  static final String PURGE = "purge:";

  private final TraceHeaders headers;
  private final Entries entries;
  private final Timers timers;
  private final Emissions emissions;
  private final LastRows lastRows;
  private final Anchors anchors;
  private final RowEmitter emitter;
  private final AssemblyFailures failures;
  private final long stateRetention;
  private final long anchorRetention;
  private int deletionsLeft;

  TraceExpiry(
      AssemblyParts parts, TraceHeaders headers, RowEmitter emitter, AssemblyFailures failures) {
    this.headers = headers;
    this.entries = parts.entries();
    this.timers = parts.timers();
    this.emissions = parts.emissions();
    this.lastRows = parts.lastRows();
    this.anchors = parts.anchors();
    this.emitter = emitter;
    this.failures = failures;
    TopologySettings settings = parts.settings();
    this.stateRetention = settings.stateRetention().toMillis();
    this.anchorRetention = settings.anchorRetention().toMillis();
  }

  /** Notes that another record is being processed, which may delete as much again. */
  void nextRecord() {
    deletionsLeft = DELETIONS_PER_RECORD;
  }

  /** Gives up the state of a trace. */
  void expire(String trace, TraceHeader header, long now) {
    if (header.lifecycle == TraceHeader.Lifecycle.OPEN) {
      // Feedback on a trace that never came: there is nothing that later feedback could amend.
      if (header.unemitted()) {
        // Nothing ran when its wait ended, or the wait is longer than the retention.
        failures.contain(trace, now, () -> emitter.reportUnmatched(trace, header, now));
      }
      emissions.delete(trace);
    } else {
      long until = now + anchorRetention;
      if (!failures.contain(trace, now, () -> emitter.leaveAnchor(trace, header, until))) {
        header.lastAppend = now;
        headers.schedule(trace, header);
        headers.save(trace, header);
        return;
      }
      timers.set(until, Anchors.timerOf(trace));
    }
    // Until its events are deleted, so that no later life of the trace is taken for this one.
    header.setPurged();
    if (header.ordered()) {
      lastRows.delete(header.owner(trace));
      header.lastFold = null;
    }
    headers.save(trace, header);
    purge(header.owner(trace), now);
  }

  static boolean isTimer(String name) {
    return name.startsWith(PURGE);
  }

  /** Goes on deleting. */
  void timer(String name, long now) {
    purge(name.substring(PURGE.length()), now);
  }

  /** Deletes the events that are filed under a name, now and with the records that follow. */
  void purge(String owner, long now) {
    int deleted = deletionsLeft == 0 ? 0 : entries.delete(owner, deletionsLeft);
    deletionsLeft -= deleted;
    if (deletionsLeft == 0) {
      timers.set(now, PURGE + owner);
      return;
    }
    String trace = TraceHeader.traceOf(owner);
    TraceHeader header = headers.load(trace);
    if (header != null && header.purged() && header.owner(trace).equals(owner)) {
      headers.delete(trace);
    }
  }

  /** Gives up the anchor of a trace, unless something late has just come for it. */
  void forget(String trace, long now) {
    TraceHeader header = headers.load(trace);
    if (header != null && header.forgotten()) {
      // Its anchor went with it.
      return;
    }
    if (header != null) {
      timers.set(now + stateRetention, Anchors.timerOf(trace));
      return;
    }
    if (anchors.keptUntil(trace) > now) {
      // Late events have renewed it since this timer was set, and with it the timer.
      return;
    }
    anchors.delete(trace);
    emissions.delete(trace);
  }
}

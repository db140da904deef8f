package dev.recount.topology.assembly;

import dev.recount.avro.TraceEventKind;
import dev.recount.topology.Hints;
import dev.recount.topology.assembly.Entries.Outcome;
import dev.recount.topology.assembly.KnownEvents.Standing;
import dev.recount.topology.assembly.TraceHeader.Lifecycle;
import org.jspecify.annotations.Nullable;

/** Files events under their traces. Costs the same whatever the size of the trace. */
final class TraceFiling {
  private final TraceHeaders headers;
  private final Entries entries;
  private final FoldingOrder folding;
  private final Anchors anchors;
  private final LifecycleRules rules;
  private final RowEmitter emitter;
  private final EarlyVerdicts early;
  private final AssemblyMetrics metrics;

  TraceFiling(
      AssemblyParts parts,
      TraceHeaders headers,
      LifecycleRules rules,
      RowEmitter emitter,
      EarlyVerdicts early) {
    this.headers = headers;
    this.entries = parts.entries();
    this.folding = parts.folding();
    this.anchors = parts.anchors();
    this.rules = rules;
    this.emitter = emitter;
    this.early = early;
    this.metrics = parts.outputs().metrics();
  }

  /**
   * Files an event, unless it has been filed before or is outranked by one that has.
   *
   * @return false when its trace is to be forgotten: then nothing was done
   */
  boolean file(String trace, Envelope envelope, byte[] event, long now) {
    TraceHeader kept = headers.load(trace);
    if (kept != null && kept.forgotten()) {
      return false;
    }
    TraceHeader lives = kept == null || kept.purged() ? null : kept;
    // Before its anchor is read: what is only sent once more costs little, however large it was.
    Standing standing =
        lives == null || lives.lifecycle == Lifecycle.EXPIRED
            ? standing(trace, envelope, event)
            : Standing.NEW;
    if (standing == Standing.SETTLED) {
      return true;
    }
    TraceHeader header = lives == null ? newHeader(trace, kept, now) : lives;
    Entries.Filing filing =
        entries.file(header.owner(trace), envelope, event, now, header.sequence + 1);
    if (filing.outcome() == Outcome.UNCHANGED) {
      return true;
    }
    header.sequence++;
    boolean waited = !header.hasTrace();
    if (filing.outcome() == Outcome.NEW && standing == Standing.NEW) {
      count(header, envelope.kind());
    }
    if (waited && header.hasTrace()) {
      if (header.lifecycle == Lifecycle.OPEN && !header.keyTimeStands()) {
        // A trace is as old as its own first event: feedback may have waited for it for days.
        header.firstAppend = now;
      }
      metrics.began(header);
    }
    if (envelope.kind() == TraceEventKind.SPAN) {
      Entries.Entry replaced = filing.replaced();
      header.filedSpan(envelope, replaced == null ? null : replaced.envelope());
    }
    keepFoldingOrder(trace, header, envelope, event, filing);
    if (envelope.kind() == TraceEventKind.SPAN) {
      release(trace, header, event, now);
    }
    if (envelope.has(Hints.ROOT) && envelope.has(Hints.ENDED)) {
      header.setRootEnded();
    }
    if (envelope.kind() == TraceEventKind.LOG_RECORD && !header.hasTrace()) {
      // There is nothing to show of it yet, and feedback has a wait of its own.
      header.lastAppend = now;
    } else {
      rules.touch(header, now, urgent(envelope));
    }
    early.filed(trace, header, envelope, event, now);
    headers.schedule(trace, header);
    headers.save(trace, header);
    return true;
  }

  /** A header for a trace that none is kept of: a new one, or an expired one that comes back. */
  private TraceHeader newHeader(String trace, @Nullable TraceHeader purged, long now) {
    TraceHeader header = new TraceHeader();
    Anchor anchor = anchors.load(trace);
    if (anchor == null) {
      header.firstAppend = now;
    } else {
      header.lifecycle = Lifecycle.EXPIRED;
      header.firstAppend = anchor.firstAppend();
      header.revision = anchor.revision();
      header.anchored = anchor.decisions().size();
      header.fate = emitter.fateOfExpired(trace);
    }
    // What is left of the events of its earlier life must not mix with what comes now.
    header.born = anchor == null && purged == null ? 0 : now;
    return header;
  }

  /** Whether an expired trace has had an event before. */
  private Standing standing(String trace, Envelope envelope, byte[] event) {
    return KnownEvents.remembers(envelope.kind())
        ? anchors.standing(trace, envelope, event)
        : Standing.NEW;
  }

  private void keepFoldingOrder(
      String trace, TraceHeader header, Envelope envelope, byte[] event, Entries.Filing filing) {
    if (header.ordered()) {
      boolean changed =
          folding.filed(header.owner(trace), envelope, event, filing.replaced(), header.lastFold);
      Entries.Entry replaced = filing.replaced();
      boolean wasUrgent = replaced != null && urgent(replaced.envelope());
      if (changed || wasUrgent || urgent(envelope) || envelope.has(Hints.SUSPECT)) {
        header.lastFold = null;
      }
    } else if (rules.exceedsCap(header)) {
      folding.begin(header.owner(trace));
      header.setOrdered();
    }
  }

  private void release(String trace, TraceHeader header, byte[] event, long now) {
    boolean settled = header.lifecycle != Lifecycle.OPEN;
    boolean kept = header.fate.retained();
    if (settled && rules.exceedsCap(header) && !header.unreleased() && kept) {
      emitter.releaseNow(trace, event, header, now);
    } else {
      header.setUnreleased(true);
    }
  }

  private static boolean urgent(Envelope envelope) {
    return envelope.has(Hints.ERROR) || envelope.has(Hints.ESCALATION);
  }

  private static void count(TraceHeader header, TraceEventKind kind) {
    switch (kind) {
      case SPAN -> header.spans++;
      case SNAPSHOT, DECISION -> header.others++;
      case FEEDBACK, LINK -> header.feedback++;
      case LOG_RECORD -> header.logRecords++;
      case ALIAS, CONFIG, FORGET, TICK -> {}
    }
  }
}

package dev.recount.topology.assembly;

import dev.recount.avro.Phase;
import dev.recount.avro.TraceEventKind;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.fold.TraceContents;
import dev.recount.topology.fold.TraceFold;
import dev.recount.topology.fold.TraceRows;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Folds a trace and emits those of its rows that have changed since the last emission. */
final class RowEmitter {
  private final Entries entries;
  private final FoldingOrder folding;
  private final Emissions emissions;
  private final Anchors anchors;
  private final TopologyCodecs codecs;
  private final Outputs outputs;
  private final SpanRelease spanRelease;
  private final RowWriter rowWriter;
  private final CappedRows cappedRows;
  private final FeedbackEmitter feedbackEmitter;
  private final EarlyVerdicts early;
  private final Judging judging;
  private final Sampling sampling;
  private final LifecycleRules rules;
  private final int spanCap;

  RowEmitter(
      AssemblyParts parts,
      LifecycleRules rules,
      Sampling sampling,
      Judging judging,
      EarlyVerdicts early) {
    this.early = early;
    this.entries = parts.entries();
    this.folding = parts.folding();
    this.emissions = parts.emissions();
    this.anchors = parts.anchors();
    this.codecs = parts.codecs();
    this.outputs = parts.outputs();
    this.spanRelease = new SpanRelease(codecs);
    this.feedbackEmitter = new FeedbackEmitter(parts);
    this.sampling = sampling;
    AliasRenewal aliases = new AliasRenewal(parts);
    this.rowWriter = new RowWriter(parts, feedbackEmitter, sampling, aliases);
    this.cappedRows = new CappedRows(parts, rules, aliases, sampling);
    this.judging = judging;
    this.rules = rules;
    this.spanCap = parts.settings().spanCap();
  }

  /**
   * Takes back every row that a trace has emitted and that can be withdrawn by itself.
   *
   * @param header carries the revision in which they are
   * @param known the header of the trace as it was; null when there was none
   */
  void withdrawAll(String trace, TraceHeader header, @Nullable TraceHeader known, long now) {
    RowChanges changes = changes(trace, header, Phase.amended, now);
    if (known != null) {
      early.join(known, known.owner(trace), changes);
    }
    changes.withdrawn().forEach(row -> rowWriter.withdraw(row, changes));
  }

  /** Raises the header's revision and emits what differs from the revision before. */
  void emit(String trace, TraceHeader header, Phase phase, long now) {
    if (phase != Phase.provisional) {
      judging.settle(header);
    }
    List<Entries.Entry> read =
        cappedRows.emit(trace, header, phase, now) ? null : fold(trace, header, phase, now);
    if (phase != Phase.provisional) {
      releaseSpans(trace, header, read, now);
    }
  }

  /**
   * Folds a trace and emits its rows.
   *
   * @return the spans as they were read, if they could be kept
   */
  private @Nullable List<Entries.Entry> fold(
      String trace, TraceHeader header, Phase phase, long now) {
    // Whatever cap it was made under, it is the last one no more.
    header.lastFold = null;
    LastFold fold = new LastFold(spanCap);
    TraceReader reader = read(trace, header, fold);
    TraceContents contents = reader.contents(trace);
    TraceRows rows = TraceFold.fold(contents, judging.of(header));
    if (phase != Phase.provisional) {
      sampling.decide(header, rows, contents.spans());
    }
    header.revision++;
    RowChanges changes = changes(trace, header, phase, now);
    early.join(header, header.owner(trace), changes);
    RowWriter.Written written = rowWriter.write(rows, reader, changes);
    fold.announced(written.announced());
    if (sampling.emitted(header.fate).trace()) {
      cappedRows.folded(trace, header, fold, written.trace());
    }
    return reader.spanEntries();
  }

  /** Lays late events over the anchor of an expired trace and emits what they change. */
  void emitExpired(String trace, TraceHeader header, long now) {
    Anchor anchor = anchors.load(trace);
    if (anchor == null) {
      return;
    }
    TraceReader reader = read(trace, header);
    TraceRows rows = amend(anchor, reader, trace, header);
    sampling.mark(header.fate, rows);
    header.revision++;
    rowWriter.write(rows, reader, changes(trace, header, Phase.amended, now));
    releaseSpans(trace, header, reader.spanEntries(), now);
  }

  /** The fate of a trace of which only an anchor is left. */
  Fate fateOfExpired(String trace) {
    return sampling.ofExpired(trace);
  }

  private RowChanges changes(String trace, TraceHeader header, Phase phase, long now) {
    return new RowChanges(trace, header, phase, now, emissions);
  }

  private TraceReader read(String trace, TraceHeader header) {
    return read(trace, header, new LastFold(spanCap));
  }

  private TraceReader read(String trace, TraceHeader header, LastFold fold) {
    if (!rules.exceedsCap(header)) {
      return TraceReader.readAll(entries, codecs.traceEvents(), trace, header);
    }
    if (!header.ordered()) {
      // The cap has been lowered since its last event.
      folding.begin(header.owner(trace));
      header.setOrdered();
    }
    return TraceReader.readFirst(
        entries, folding, codecs.traceEvents(), trace, header, spanCap, fold);
  }

  /** Leaves an anchor that takes the place of the trace's events, which can be deleted then. */
  void leaveAnchor(String trace, TraceHeader header, long until) {
    TraceReader reader = read(trace, header);
    TraceContents contents = reader.contents(trace);
    KnownEvents known = anchors.known(trace);
    known.addAll(entries, header.owner(trace));
    anchors.save(trace, known);
    Anchor before = anchors.load(trace);
    if (before == null) {
      TraceRows rows = TraceFold.fold(contents, judging.of(header));
      sampling.mark(header.fate, rows);
      anchors.save(trace, Anchors.of(rows, contents.feedback(), header), until);
    } else {
      TraceRows rows = amend(before, reader, trace, header);
      sampling.mark(header.fate, rows);
      anchors.save(
          trace,
          new Anchor(
              header.firstAppend,
              header.revision,
              before.lateSpans() + header.spans,
              rows.trace(),
              rows.decisions(),
              rows.enclosingDecisions().get(),
              Anchors.together(before.feedback(), contents.feedback(), reader.unlinked()),
              rows.verdicts(),
              before.evaluators(),
              before.foldedPart()),
          until);
    }
  }

  private TraceRows amend(Anchor anchor, TraceReader reader, String trace, TraceHeader header) {
    return Anchors.amend(anchor, reader, trace, header.spans, judging.of(anchor).evaluators());
  }

  /**
   * Releases the spans that have come since the last release.
   *
   * @param read all spans in the order of the store; null to read them again, one by one: they may
   *     be many
   */
  private void releaseSpans(
      String trace, TraceHeader header, @Nullable List<Entries.Entry> read, long now) {
    if (!header.unreleased() || !header.fate.retained()) {
      return;
    }
    Entries.Visitor release =
        entry -> {
          if (entry.sequence() > header.releasedSequence) {
            release(trace, entry.value(), entry.offset(), header, now);
          }
        };
    if (read == null) {
      entries.visit(header.owner(trace), TraceEventKind.SPAN, release);
    } else {
      read.forEach(release::visit);
    }
    released(header);
  }

  /**
   * Releases one span at once, in an emission of its own: what comes to a trace that has settled
   * and is over its cap is not folded, and looking for it later would cost a walk through the
   * trace.
   */
  void releaseNow(String trace, byte[] event, TraceHeader header, long now) {
    header.revision++;
    release(trace, event, 0, header, now);
    released(header);
  }

  private static void released(TraceHeader header) {
    header.releasedSequence = header.sequence;
    header.setUnreleased(false);
  }

  private void release(String trace, byte[] event, int offset, TraceHeader header, long now) {
    outputs.span(trace, spanRelease.record(event, offset, header), now);
  }

  /** Reports the feedback on a trace that never came, as far as that has not been said. */
  void reportUnmatched(String trace, TraceHeader header, long now) {
    TraceReader reader = read(trace, header);
    header.revision++;
    RowChanges changes = changes(trace, header, Phase.settled, now);
    for (TraceContents.LinkedFeedback feedback : reader.withdrawn()) {
      feedbackEmitter.emitUnmatched(feedback, UnmatchedReasons.AMBIGUOUS, changes);
    }
    for (TraceContents.LinkedFeedback feedback : reader.contents(trace).feedback()) {
      feedbackEmitter.emitUnmatched(feedback, UnmatchedReasons.TRACE_NEVER_CAME, changes);
    }
    changes.save(emissions);
  }
}

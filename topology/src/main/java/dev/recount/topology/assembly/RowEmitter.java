package dev.recount.topology.assembly;

import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.FeedbackMatch;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.Phase;
import dev.recount.avro.SnapshotContent;
import dev.recount.avro.SnapshotContents;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.ToolCallMention;
import dev.recount.avro.TraceEventKind;
import dev.recount.avro.TraceRecord;
import dev.recount.topology.CallKeys;
import dev.recount.topology.Interpretation;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.TopologySettings;
import dev.recount.topology.assembly.Emissions.Fingerprint;
import dev.recount.topology.assembly.Emissions.RowKey;
import dev.recount.topology.assembly.Emissions.RowType;
import dev.recount.topology.fold.TraceContents;
import dev.recount.topology.fold.TraceFold;
import dev.recount.topology.fold.TraceRows;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Folds a trace and emits those of its rows that have changed since the last emission. */
final class RowEmitter {
  /** Bodies of segments that one record brings together, unless a single one is larger. */
  private static final long CHARACTERS_PER_RECORD = 256 << 10;

  private final Entries entries;
  private final FoldingOrder folding;
  private final Emissions emissions;
  private final Anchors anchors;
  private final TopologyCodecs codecs;
  private final Outputs outputs;
  private final SpanRelease spanRelease;
  private final Interpretation interpretation;
  private final boolean live;
  private final int spanCap;

  RowEmitter(
      Entries entries,
      FoldingOrder folding,
      Emissions emissions,
      Anchors anchors,
      TopologyCodecs codecs,
      Outputs outputs,
      TopologySettings settings) {
    this.entries = entries;
    this.folding = folding;
    this.emissions = emissions;
    this.anchors = anchors;
    this.codecs = codecs;
    this.outputs = outputs;
    this.spanRelease = new SpanRelease(codecs);
    this.interpretation = settings.interpretation();
    this.live = settings.live();
    this.spanCap = settings.spanCap();
  }

  /** Raises the header's revision and emits what differs from the revision before. */
  void emit(String trace, TraceHeader header, Phase phase, long now) {
    TraceReader reader = read(trace, header);
    TraceRows rows = TraceFold.fold(reader.contents(trace), interpretation);
    header.revision++;
    new Emission(trace, header, phase, now).emit(rows, reader);
    if (phase != Phase.provisional) {
      releaseSpans(trace, header, now);
    }
  }

  /** Lays late events over the anchor of an expired trace and emits what they change. */
  void emitExpired(String trace, TraceHeader header, long now) {
    Anchor anchor = anchors.load(trace);
    if (anchor == null) {
      return;
    }
    TraceReader reader = read(trace, header);
    TraceRows rows = Anchors.amend(anchor, reader, trace, header.spans);
    header.revision++;
    new Emission(trace, header, Phase.amended, now).emit(rows, reader);
    releaseSpans(trace, header, now);
  }

  private TraceReader read(String trace, TraceHeader header) {
    return TraceReader.read(entries, folding, codecs.traceEvents(), trace, header, spanCap);
  }

  /** Leaves an anchor that takes the place of the trace's events, which can be deleted then. */
  void leaveAnchor(String trace, TraceHeader header) {
    TraceReader reader = read(trace, header);
    TraceContents contents = reader.contents(trace);
    Anchor before = anchors.load(trace);
    if (before == null) {
      TraceRows rows = TraceFold.fold(contents, interpretation);
      anchors.save(trace, Anchors.of(rows, contents.feedback(), header));
    } else {
      TraceRows rows = Anchors.amend(before, reader, trace, header.spans);
      anchors.save(
          trace,
          new Anchor(
              header.firstAppend,
              header.revision,
              before.lateSpans() + header.spans,
              rows.trace(),
              rows.decisions(),
              rows.enclosingDecisions(),
              Anchors.together(before.feedback(), contents.feedback(), reader.unlinked())));
    }
  }

  /** Releases the spans that have come since the last release, one by one: they may be many. */
  private void releaseSpans(String trace, TraceHeader header, long now) {
    if (!header.unreleased()) {
      return;
    }
    entries.visit(
        trace,
        TraceEventKind.SPAN,
        entry -> {
          if (entry.sequence() > header.releasedSequence) {
            release(trace, entry.value(), entry.offset(), header, now);
          }
        });
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
    outputs.span(
        trace, spanRelease.record(event, offset, header.firstAppend, header.revision), now);
  }

  /** Reports the feedback on a trace that never came. */
  void reportUnmatched(String trace, TraceHeader header, long now) {
    TraceReader reader = read(trace, header);
    header.revision++;
    for (TraceContents.LinkedFeedback feedback : reader.contents(trace).feedback()) {
      FeedbackRecord row = unmatched(feedback, UnmatchedReasons.TRACE_NEVER_CAME);
      row.setRevision(row.getRevision() + header.revision);
      outputs.unmatchedFeedback(row, now);
    }
  }

  private static FeedbackRecord unmatched(TraceContents.LinkedFeedback feedback, String reason) {
    FeedbackRecord row = new FeedbackRecord();
    row.setFeedback(feedback.event());
    row.setMatch(FeedbackMatch.NONE);
    row.setReason(reason);
    row.setRevision(feedback.baseRevision());
    row.setKeyTime(Instant.ofEpochMilli(feedback.keyTime()));
    return row;
  }

  /** One emission of one trace. */
  private final class Emission {
    private final TraceHeader header;
    private final Phase phase;
    private final long now;
    private final Instant keyTime;
    private final String trace;
    private final Map<RowKey, Fingerprint> before;
    private final Map<RowKey, Fingerprint> after = new LinkedHashMap<>();

    Emission(String trace, TraceHeader header, Phase phase, long now) {
      this.trace = trace;
      this.header = header;
      this.phase = phase;
      this.now = now;
      this.keyTime = Instant.ofEpochMilli(header.firstAppend);
      this.before = emissions.load(trace);
    }

    void emit(TraceRows rows, TraceReader reader) {
      rows.decisions().forEach(this::decision);
      snapshots(rows.snapshots());
      rows.evaluations().forEach(this::evaluation);
      rows.feedback().forEach(this::feedback);
      for (TraceContents.LinkedFeedback withdrawn : reader.withdrawn()) {
        feedback(unmatched(withdrawn, UnmatchedReasons.AMBIGUOUS));
      }
      if (header.lifecycle == TraceHeader.Lifecycle.EXPIRED) {
        // An anchor keeps no snapshots; those that were emitted before it stand.
        keep(RowType.SNAPSHOT);
      }
      contents(rows.contents());
      mentions(rows.mentions());
      before.keySet().stream().filter(key -> !after.containsKey(key)).forEach(this::withdraw);
      // Last, so that whoever sees the trace's row finds its decisions.
      trace(rows.trace());
      emissions.save(trace, after);
    }

    /** Tells other traces of the session which calls wait for an answer, and which have one. */
    private void mentions(List<ToolCallMention> mentions) {
      if (phase == Phase.provisional || header.lifecycle == TraceHeader.Lifecycle.EXPIRED) {
        // A call may still be answered within its own trace; an anchor keeps no messages.
        keep(RowType.CALL);
        return;
      }
      for (ToolCallMention mention : mentions) {
        byte[] encoded = codecs.traceEvents().encode(CallMentions.event(mention));
        RowKey key = new RowKey(RowType.CALL, CallMentions.id(mention));
        Fingerprint fingerprint = Fingerprint.of(encoded, encoded.length, false);
        after.put(key, fingerprint);
        if (!fingerprint.equals(before.get(key))) {
          send(mention);
        }
      }
    }

    private void send(ToolCallMention mention) {
      if (live) {
        outputs.traceEvent(CallKeys.of(mention.getCall()), CallMentions.event(mention), now);
      }
    }

    private void keep(RowType type) {
      before.forEach(
          (key, fingerprint) -> {
            if (key.type() == type) {
              after.putIfAbsent(key, fingerprint);
            }
          });
    }

    /** Sends the bodies of segments that have not been sent, several to a record. */
    private void contents(Map<String, SnapshotContent> contents) {
      keep(RowType.CONTENT);
      if (phase == Phase.provisional) {
        return;
      }
      List<SnapshotContent> batch = new ArrayList<>();
      String lastType = null;
      long characters = 0;
      for (Map.Entry<String, SnapshotContent> entry : contents.entrySet()) {
        RowKey key = new RowKey(RowType.CONTENT, entry.getKey());
        if (after.putIfAbsent(key, Fingerprint.NONE) != null) {
          continue;
        }
        long length = entry.getValue().getContent().length();
        if (!batch.isEmpty() && characters + length > CHARACTERS_PER_RECORD) {
          outputs.contents(new SnapshotContents(trace, batch, keyTime), now);
          batch = new ArrayList<>();
          lastType = null;
          characters = 0;
        }
        SnapshotContent content = entry.getValue();
        String type = content.getContentType();
        batch.add(
            type.equals(lastType) ? new SnapshotContent(null, content.getContent()) : content);
        lastType = type;
        characters += length;
      }
      if (!batch.isEmpty()) {
        outputs.contents(new SnapshotContents(trace, batch, keyTime), now);
      }
    }

    /** Whether a row says something else than when it was last emitted. */
    private boolean changed(RowType type, String id, byte[] row, long revision, Instant rowTime) {
      RowKey key = new RowKey(type, id);
      int content = row.length - RowTail.bytes(type, revision, rowTime);
      Fingerprint fingerprint = Fingerprint.of(row, content, phase == Phase.provisional);
      after.put(key, fingerprint);
      return !fingerprint.equals(before.get(key));
    }

    private boolean changed(RowType type, String id, byte[] row) {
      return changed(type, id, row, header.revision, keyTime);
    }

    private void decision(DecisionRecord row) {
      row.setPhase(phase);
      row.setRevision(header.revision);
      row.setKeyTime(keyTime);
      byte[] encoded = RowSize.encode(row, codecs.decisionRecords());
      if (changed(RowType.DECISION, row.getDecisionId(), encoded)) {
        outputs.decision(trace, row.getDecisionId(), encoded, now);
      }
    }

    private void snapshots(List<SnapshotRecord> rows) {
      SnapshotBatch batch = new SnapshotBatch();
      for (SnapshotRecord row : rows) {
        row.setPhase(phase);
        row.setRevision(header.revision);
        row.setKeyTime(keyTime);
        byte[] encoded = RowSize.encode(row, codecs.snapshotRecords());
        if (changed(RowType.SNAPSHOT, row.getSnapshotId(), encoded)) {
          batch.add(row, encoded.length);
        }
      }
      for (SnapshotRecord row : batch.records()) {
        outputs.snapshot(trace, row.getSnapshotId(), codecs.snapshotRecords().encode(row), now);
      }
    }

    private void evaluation(Evaluation row) {
      row.setPhase(phase);
      row.setRevision(header.revision);
      row.setKeyTime(keyTime);
      byte[] encoded = RowSize.encode(row, codecs.evaluations());
      if (changed(RowType.EVALUATION, row.getEvaluationId(), encoded)) {
        outputs.evaluation(trace, encoded, now);
      }
    }

    private void feedback(FeedbackRecord row) {
      String id = row.getFeedback().getFeedbackId();
      // Goes on from the revision that the feedback came with.
      row.setRevision(row.getRevision() + header.revision);
      byte[] encoded = RowSize.encode(row, codecs.feedbackRecords());
      if (changed(RowType.FEEDBACK, id, encoded, row.getRevision(), row.getKeyTime())) {
        if (row.getMatch() == FeedbackMatch.NONE) {
          outputs.unmatchedFeedback(row, now);
        } else {
          outputs.feedback(id, encoded, now);
        }
      }
    }

    private void trace(TraceRecord row) {
      row.setPhase(phase);
      row.setRevision(header.revision);
      row.setKeyTime(keyTime);
      byte[] encoded = RowSize.encode(row, codecs.traceRecords());
      if (changed(RowType.TRACE, trace, encoded)) {
        outputs.trace(trace, encoded, now);
      }
    }

    /**
     * Takes back a row that the trace no longer has: two spans turned out to be one decision, or
     * earlier events took the row's place under the cap.
     */
    private void withdraw(RowKey key) {
      switch (key.type()) {
        case DECISION -> {
          DecisionRecord row = EmptyRows.decision(trace, key.id(), DecisionKind.REASONING);
          row.setKeyTime(keyTime);
          row.setPhase(phase);
          row.setRevision(header.revision);
          row.setDeleted(true);
          outputs.decision(trace, key.id(), codecs.decisionRecords().encode(row), now);
        }
        case EVALUATION -> {
          Evaluation row = EmptyRows.evaluation(trace, key.id());
          row.setKeyTime(keyTime);
          row.setPhase(phase);
          row.setRevision(header.revision);
          row.setDeleted(true);
          outputs.evaluation(trace, codecs.evaluations().encode(row), now);
        }
        case SNAPSHOT -> {
          SnapshotRecord row = EmptyRows.snapshot(trace, key.id());
          row.setKeyTime(keyTime);
          row.setPhase(phase);
          row.setRevision(header.revision);
          row.setDeleted(true);
          outputs.snapshot(trace, key.id(), codecs.snapshotRecords().encode(row), now);
        }
        // A trace, feedback and bodies are never taken back.
        case TRACE, FEEDBACK, CONTENT -> {}
        case CALL -> {
          ToolCallMention mention = CallMentions.of(key.id());
          mention.setTraceId(trace);
          mention.setWithdrawn(true);
          send(mention);
        }
      }
    }
  }
}

package dev.recount.topology.assembly;

import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.TraceRecord;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.assembly.Emissions.RowKey;
import dev.recount.topology.assembly.Emissions.RowType;
import dev.recount.topology.fold.TraceContents.LinkedFeedback;
import dev.recount.topology.fold.TraceRows;
import dev.recount.topology.sampling.Unretained;

/** Writes those rows of a trace that have changed, and takes back those that no longer hold. */
final class RowWriter {
  private final Emissions emissions;
  private final TopologyCodecs codecs;
  private final Outputs outputs;
  private final FeedbackEmitter feedback;
  private final BodyEmitter bodies;
  private final CallMentionEmitter mentions;
  private final Sampling sampling;
  private final AliasRenewal aliases;

  RowWriter(
      AssemblyParts parts, FeedbackEmitter feedback, Sampling sampling, AliasRenewal aliases) {
    this.emissions = parts.emissions();
    this.codecs = parts.codecs();
    this.outputs = parts.outputs();
    this.feedback = feedback;
    this.bodies = new BodyEmitter(parts);
    this.mentions = new CallMentionEmitter(parts);
    this.sampling = sampling;
    this.aliases = aliases;
  }

  /**
   * Writes what an emission changes.
   *
   * @return the trace's row, changed or not, and when its aliases were announced last
   */
  Written write(TraceRows rows, TraceReader reader, RowChanges changes) {
    Unretained emitted = sampling.emitted(changes.header.fate);
    if (emitted.decisions()) {
      rows.decisions().forEachOnce(row -> decision(row, changes));
      rows.evaluations().forEach(row -> evaluation(row, changes));
    } else {
      rows.decisions()
          .forEachOnce(
              row -> outputs.unretainedDecision(changes.trace, encoded(row, changes), changes.now));
      rows.evaluations()
          .forEach(
              row ->
                  outputs.unretainedEvaluation(changes.trace, encoded(row, changes), changes.now));
    }
    if (emitted.snapshots()) {
      snapshots(rows.snapshots(), changes);
    }
    rows.feedback().forEach(row -> feedback.emit(row, changes));
    for (LinkedFeedback withdrawn : reader.withdrawn()) {
      feedback.emitUnmatched(withdrawn, UnmatchedReasons.AMBIGUOUS, changes);
    }
    if (changes.expired()) {
      // An anchor keeps no snapshots; those that were emitted before it stand.
      changes.keep(RowType.SNAPSHOT);
    }
    bodies.emit(rows.contents(), changes);
    mentions.emit(rows.mentions(), changes, aliases.due(changes));
    long announced = aliases.emit(reader.contents(changes.trace), changes);
    // The trace's row comes last, so that whoever sees it finds its decisions.
    byte[] trace = trace(rows.trace(), changes);
    boolean changed = emitted.trace() && changes.changed(RowType.TRACE, changes.trace, trace);
    changes.header.fate.note(changes);
    changes.withdrawn().forEach(key -> withdraw(key, changes));
    if (changed) {
      outputs.trace(changes.trace, trace, changes.now);
    } else if (!emitted.trace()) {
      outputs.unretainedTrace(changes.trace, trace, changes.now);
    }
    changes.save(emissions);
    return new Written(trace, announced);
  }

  /** What stands after an emission. */
  @SuppressWarnings("ArrayRecordComponent")
  record Written(byte[] trace, long announced) {}

  private byte[] encoded(DecisionRecord row, RowChanges changes) {
    row.setPhase(changes.phase);
    row.setRevision(changes.header.revision);
    row.setKeyTime(changes.keyTime);
    return RowSize.encode(row, codecs.decisionRecords());
  }

  private void decision(DecisionRecord row, RowChanges changes) {
    byte[] encoded = encoded(row, changes);
    if (changes.changed(RowType.DECISION, row.getDecisionId(), encoded)) {
      outputs.decision(changes.trace, row.getDecisionId(), encoded, changes.now);
    }
  }

  private void snapshots(Iterable<SnapshotRecord> rows, RowChanges changes) {
    SnapshotBatch batch =
        new SnapshotBatch(
            row ->
                outputs.snapshot(
                    changes.trace,
                    row.getSnapshotId(),
                    codecs.snapshotRecords().encode(row),
                    changes.now));
    for (SnapshotRecord row : rows) {
      sampling.mark(changes.header.fate, row);
      row.setPhase(changes.phase);
      row.setRevision(changes.header.revision);
      row.setKeyTime(changes.keyTime);
      byte[] encoded = RowSize.encode(row, codecs.snapshotRecords());
      if (changes.changed(RowType.SNAPSHOT, row.getSnapshotId(), encoded)) {
        batch.add(row, encoded.length);
      }
    }
    batch.finish();
  }

  private byte[] encoded(Evaluation row, RowChanges changes) {
    row.setPhase(changes.phase);
    row.setRevision(changes.header.revision);
    row.setKeyTime(changes.keyTime);
    return RowSize.encode(row, codecs.evaluations());
  }

  private void evaluation(Evaluation row, RowChanges changes) {
    byte[] encoded = encoded(row, changes);
    if (changes.changed(RowType.EVALUATION, row.getEvaluationId(), encoded)) {
      outputs.evaluation(changes.trace, encoded, changes.now);
    }
  }

  private byte[] trace(TraceRecord row, RowChanges changes) {
    row.setPhase(changes.phase);
    row.setRevision(changes.header.revision);
    row.setKeyTime(changes.keyTime);
    return RowSize.encode(row, codecs.traceRecords());
  }

  /**
   * Takes back a row that the trace no longer has: two spans turned out to be one decision, or
   * earlier events took the row's place under the cap.
   */
  void withdraw(RowKey key, RowChanges changes) {
    switch (key.type()) {
      case DECISION -> {
        DecisionRecord row = EmptyRows.decision(changes.trace, key.id(), DecisionKind.REASONING);
        row.setKeyTime(changes.keyTime);
        row.setPhase(changes.phase);
        row.setRevision(changes.header.revision);
        row.setDeleted(true);
        outputs.decision(
            changes.trace, key.id(), codecs.decisionRecords().encode(row), changes.now);
      }
      case EVALUATION -> {
        Evaluation row = EmptyRows.evaluation(changes.trace, key.id());
        row.setKeyTime(changes.keyTime);
        row.setPhase(changes.phase);
        row.setRevision(changes.header.revision);
        row.setDeleted(true);
        outputs.evaluation(changes.trace, codecs.evaluations().encode(row), changes.now);
      }
      case SNAPSHOT -> {
        SnapshotRecord row = EmptyRows.snapshot(changes.trace, key.id());
        // The archive keeps that a snapshot was withdrawn, but nothing of a forgotten trace.
        row.setRetained(!changes.header.forgotten());
        row.setKeyTime(changes.keyTime);
        row.setPhase(changes.phase);
        row.setRevision(changes.header.revision);
        row.setDeleted(true);
        outputs.snapshot(
            changes.trace, key.id(), codecs.snapshotRecords().encode(row), changes.now);
      }
      case TRACE -> {
        // It has not been kept, and traces that are not kept are to have no rows.
        TraceRecord row = EmptyRows.trace(changes.trace);
        row.setKeyTime(changes.keyTime);
        row.setPhase(changes.phase);
        row.setRevision(changes.header.revision);
        row.setDeleted(true);
        outputs.trace(changes.trace, codecs.traceRecords().encode(row), changes.now);
      }
      // Feedback and bodies are never taken back.
      case FEEDBACK, CONTENT, FATE, ALIASES -> {}
      case CALL -> mentions.withdraw(key.id(), changes);
    }
  }
}

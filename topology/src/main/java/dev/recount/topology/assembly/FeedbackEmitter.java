package dev.recount.topology.assembly;

import dev.recount.avro.FeedbackMatch;
import dev.recount.avro.FeedbackRecord;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.assembly.Emissions.RowType;
import dev.recount.topology.fold.TraceContents.LinkedFeedback;
import java.time.Instant;

/** Emits the rows of feedback that is linked to a trace, whether the trace came or not. */
final class FeedbackEmitter {
  private final Outputs outputs;
  private final TopologyCodecs codecs;

  FeedbackEmitter(AssemblyParts parts) {
    this.outputs = parts.outputs();
    this.codecs = parts.codecs();
  }

  /** Emits a row if it has changed. It goes on from the revision that the feedback came with. */
  void emit(FeedbackRecord row, RowChanges changes) {
    String id = row.getFeedback().getFeedbackId();
    row.setRevision(row.getRevision() + changes.header.revision);
    byte[] encoded = RowSize.encode(row, codecs.feedbackRecords());
    if (!changes.changed(RowType.FEEDBACK, id, encoded, row.getRevision(), row.getKeyTime())) {
      return;
    }
    outputs.metrics().feedback(row);
    if (row.getMatch() == FeedbackMatch.NONE) {
      outputs.unmatchedFeedback(row, changes.now);
    } else {
      outputs.feedback(id, encoded, changes.now);
    }
  }

  /** Reports feedback as unmatched, with the reason, unless that has been said. */
  void emitUnmatched(LinkedFeedback feedback, String reason, RowChanges changes) {
    FeedbackRecord row = new FeedbackRecord();
    row.setFeedback(feedback.event());
    row.setMatch(FeedbackMatch.NONE);
    row.setReason(reason);
    row.setRevision(feedback.baseRevision());
    row.setKeyTime(Instant.ofEpochMilli(feedback.keyTime()));
    emit(row, changes);
  }
}

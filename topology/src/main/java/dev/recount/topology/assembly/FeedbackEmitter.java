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

  /**
   * Takes back the row of feedback on a trace that is to be forgotten, whoever has written it.
   *
   * @param revision of the trace
   */
  void withdraw(LinkedFeedback feedback, long revision, long now) {
    FeedbackRecord row =
        row(
            feedback.event().getFeedbackId(),
            feedback.baseRevision() + revision,
            Instant.ofEpochMilli(feedback.keyTime()));
    // It may have been reported as unmatched before, to those who read nothing else.
    outputs.unmatchedFeedback(row, now);
  }

  /** Reports feedback once more that names several traces, one of which is to be forgotten. */
  void ambiguous(LinkedFeedback feedback, long revision, long now) {
    FeedbackRecord row = unmatched(feedback, UnmatchedReasons.AMBIGUOUS);
    row.setRevision(feedback.baseRevision() + revision);
    outputs.unmatchedFeedback(row, now);
  }

  /** A row that carries its key only and takes back the one with this key. */
  static FeedbackRecord row(String feedbackId, long revision, Instant keyTime) {
    FeedbackRecord row = new FeedbackRecord();
    row.setFeedback(EmptyRows.feedback(feedbackId));
    row.setMatch(FeedbackMatch.NONE);
    row.setRevision(revision);
    row.setKeyTime(keyTime);
    row.setDeleted(true);
    return row;
  }

  /** Reports feedback as unmatched, with the reason, unless that has been said. */
  void emitUnmatched(LinkedFeedback feedback, String reason, RowChanges changes) {
    emit(unmatched(feedback, reason), changes);
  }

  private static FeedbackRecord unmatched(LinkedFeedback feedback, String reason) {
    FeedbackRecord row = new FeedbackRecord();
    row.setFeedback(feedback.event());
    row.setMatch(FeedbackMatch.NONE);
    row.setReason(reason);
    row.setRevision(feedback.baseRevision());
    row.setKeyTime(Instant.ofEpochMilli(feedback.keyTime()));
    return row;
  }
}

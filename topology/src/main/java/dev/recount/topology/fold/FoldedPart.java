package dev.recount.topology.fold;

import dev.recount.avro.TraceRecord;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What was folded of a trace over its cap. Evaluators go by that, since every span that comes
 * counts more and ends later without being folded.
 *
 * @param spans number of spans that were folded
 * @param endedAt when the last of them has ended; null when none has
 */
public record FoldedPart(long spans, @Nullable Instant endedAt) {
  /**
   * The row that evaluators see.
   *
   * @param row the trace's row; returned as it is where all of the trace was folded
   * @param part what was folded; null for all of it
   */
  static TraceRecord row(TraceRecord row, @Nullable FoldedPart part) {
    if (part == null) {
      return row;
    }
    TraceRecord folded = TraceRecord.newBuilder(row).build();
    folded.setSpanCount(part.spans());
    folded.setEndedAt(part.endedAt());
    return folded;
  }
}

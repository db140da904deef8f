package dev.recount.topology.fold;

import dev.recount.avro.AliasKind;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.Span;
import dev.recount.avro.SpanLogRecord;
import dev.recount.avro.ToolCallMention;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The events of one trace, one of each identity, in no particular order.
 *
 * @param traceId trace ID, 32 lower-case hexadecimal digits
 * @param spans spans to be folded into decisions
 * @param beyondCap what is counted but not folded, because the trace is over its cap
 * @param logs log records of the spans: the events of the GenAI conventions
 * @param answers answers to its tool calls that other traces of the session hold
 * @param snapshots explicit context snapshots
 * @param decisions explicit decisions
 * @param feedback feedback that names the trace or was linked to it
 */
public record TraceContents(
    String traceId,
    List<Span> spans,
    BeyondCap beyondCap,
    List<SpanLogRecord> logs,
    List<ToolCallMention> answers,
    List<ContextSnapshot> snapshots,
    List<DecisionEvent> decisions,
    List<LinkedFeedback> feedback) {

  /** Contents without log records. */
  public TraceContents(
      String traceId,
      List<Span> spans,
      long spansBeyondCap,
      boolean overCap,
      List<ContextSnapshot> snapshots,
      List<DecisionEvent> decisions,
      List<LinkedFeedback> feedback) {
    this(
        traceId,
        spans,
        new BeyondCap(overCap, spansBeyondCap, 0, 0),
        List.of(),
        List.of(),
        snapshots,
        decisions,
        feedback);
  }

  /** Contents without answers of other traces. */
  public TraceContents(
      String traceId,
      List<Span> spans,
      long spansBeyondCap,
      boolean overCap,
      List<SpanLogRecord> logs,
      List<ContextSnapshot> snapshots,
      List<DecisionEvent> decisions,
      List<LinkedFeedback> feedback) {
    this(
        traceId,
        spans,
        new BeyondCap(overCap, spansBeyondCap, 0, 0),
        logs,
        List.of(),
        snapshots,
        decisions,
        feedback);
  }

  /**
   * What of a trace over its cap is not folded.
   *
   * @param exceeded whether there are more events of a kind than are folded
   * @param spans number of spans
   * @param failures how many of these are decisions that failed
   * @param latestEnd end of the span that ended last, folded or not, nanoseconds since the Unix
   *     epoch; 0 when none has ended
   */
  public record BeyondCap(boolean exceeded, long spans, long failures, long latestEnd) {
    /** Everything is folded. */
    public static final BeyondCap NONE = new BeyondCap(false, 0, 0, 0);
  }

  /**
   * Feedback on the trace.
   *
   * @param event the feedback as it was received
   * @param linkedBy alias by which the trace was found; null when the feedback named the trace
   * @param keyTime append time of the feedback's first event, milliseconds since the Unix epoch
   * @param baseRevision revision that the feedback's row had reached before it was linked; 0 for
   *     feedback that named the trace
   */
  public record LinkedFeedback(
      FeedbackEvent event, @Nullable AliasKind linkedBy, long keyTime, long baseRevision) {}
}

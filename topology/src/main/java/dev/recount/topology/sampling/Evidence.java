package dev.recount.topology.sampling;

import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.Span;
import dev.recount.avro.TraceRecord;
import dev.recount.topology.fold.TraceRows;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * All that is known about a trace when it is decided on.
 *
 * @param trace its row
 * @param decisions its decisions, by step
 * @param evaluations verdicts on it or on a part of it
 * @param feedback judgements on it or on a part of it, those of evaluators included
 * @param spans its spans, of one over its cap those that are folded; in any order
 * @param spansKnown whether the spans are known: after the event they may have been dropped
 */
public record Evidence(
    TraceRecord trace,
    List<DecisionRecord> decisions,
    List<Evaluation> evaluations,
    List<FeedbackEvent> feedback,
    List<Span> spans,
    boolean spansKnown) {

  /** The evidence that a fold yields. */
  public static Evidence of(TraceRows rows, List<Span> spans) {
    return new Evidence(
        rows.trace(),
        rows.decisions(),
        rows.evaluations(),
        rows.feedback().stream().map(FeedbackRecord::getFeedback).toList(),
        spans,
        true);
  }

  /** The span without a parent; of several the one that started first. */
  Optional<Span> root() {
    return spans.stream()
        .filter(span -> span.getParentSpanId() == null)
        .min(Comparator.comparingLong(Span::getStartTimeUnixNano).thenComparing(Span::getSpanId));
  }

  /** The trace state that speaks for the trace: the root's, else that of the least span ID. */
  TraceState traceState() {
    return root()
        .or(
            () ->
                spans.stream()
                    .filter(span -> span.getTraceState() != null)
                    .min(Comparator.comparing(Span::getSpanId)))
        .map(span -> TraceState.parse(span.getTraceState()))
        .orElse(TraceState.EMPTY);
  }
}

package dev.recount.topology.assembly;

import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.SnapshotContents;
import dev.recount.avro.TraceEvent;
import dev.recount.topology.NodeNames;
import dev.recount.topology.TopologyCodecs;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Where the assembler's records go: forwards each to the sink of its topic. */
final class Outputs {
  private final ProcessorContext<byte[], byte[]> context;
  private final TopologyCodecs codecs;
  private final AssemblyMetrics metrics;

  Outputs(ProcessorContext<byte[], byte[]> context, TopologyCodecs codecs) {
    this.context = context;
    this.codecs = codecs;
    this.metrics = new AssemblyMetrics(context);
  }

  /** What is said of the work. */
  AssemblyMetrics metrics() {
    return metrics;
  }

  void decision(String traceId, String decisionId, byte[] row, long now) {
    forward(NodeNames.DECISION_RECORDS, traceId + "/" + decisionId, row, now);
  }

  void trace(String traceId, byte[] row, long now) {
    forward(NodeNames.TRACE_RECORDS, traceId, row, now);
  }

  /** The row of a trace that is not kept and has no rows in topics: only alerts are told. */
  void unretainedTrace(String traceId, byte[] row, long now) {
    forward(NodeNames.UNRETAINED_TRACE_OBSERVER, traceId, row, now);
  }

  /** Likewise of a decision. */
  void unretainedDecision(String traceId, byte[] row, long now) {
    forward(NodeNames.UNRETAINED_DECISION_OBSERVER, traceId, row, now);
  }

  /** Likewise of an evaluation. */
  void unretainedEvaluation(String traceId, byte[] row, long now) {
    forward(NodeNames.UNRETAINED_EVALUATION_OBSERVER, traceId, row, now);
  }

  void span(String traceId, byte[] span, long now) {
    forward(NodeNames.RETAINED_SPANS, traceId, span, now);
  }

  void snapshot(String traceId, String snapshotId, byte[] row, long now) {
    forward(NodeNames.SNAPSHOT_RECORDS, traceId + "/" + snapshotId, row, now);
  }

  void contents(SnapshotContents contents, long now) {
    forward(
        NodeNames.SNAPSHOT_CONTENTS,
        contents.getTraceId(),
        codecs.snapshotContents().encode(contents),
        now);
  }

  void evaluation(String traceId, byte[] row, long now) {
    forward(NodeNames.EVALUATIONS, traceId, row, now);
  }

  void feedback(String feedbackId, byte[] row, long now) {
    forward(NodeNames.FEEDBACK_RECORDS, feedbackId, row, now);
  }

  void feedback(FeedbackRecord row, long now) {
    feedback(row.getFeedback().getFeedbackId(), codecs.feedbackRecords().encode(row), now);
  }

  /** Reports feedback as unmatched, in its own topic and among all feedback. */
  void unmatchedFeedback(FeedbackRecord row, long now) {
    String key = row.getFeedback().getFeedbackId();
    forward(NodeNames.UNMATCHED_FEEDBACK, key, codecs.unmatchedFeedback().encode(row), now);
    feedback(row, now);
  }

  /**
   * Says by records without a value that a trace is to be forgotten, in the topics whose records
   * cannot be withdrawn one by one: sinks delete what they keep of it.
   */
  void forgotten(String traceId, long now) {
    byte[] key = traceId.getBytes(StandardCharsets.UTF_8);
    context.forward(new Record<>(key, null, now), NodeNames.RETAINED_SPANS);
    context.forward(new Record<>(key, null, now), NodeNames.SNAPSHOT_CONTENTS);
  }

  /** Appends an event to the log that the assembler itself reads. */
  void traceEvent(String key, TraceEvent event, long now) {
    forward(NodeNames.ASSEMBLY_EVENTS, key, codecs.traceEvents().encode(event), now);
  }

  void deadLetter(byte[] key, byte[] value, Headers headers, long now) {
    metrics.deadLetter();
    context.forward(new Record<>(key, value, now, headers), NodeNames.ASSEMBLY_DEAD_LETTERS);
  }

  private void forward(String node, String key, byte[] value, long now) {
    context.forward(new Record<>(key.getBytes(StandardCharsets.UTF_8), value, now), node);
  }
}

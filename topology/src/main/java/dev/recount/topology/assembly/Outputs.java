package dev.recount.topology.assembly;

import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.Span;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceRecord;
import dev.recount.topology.NodeNames;
import dev.recount.topology.TopologyCodecs;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Where the assembler's records go: encodes each and forwards it to the sink of its topic. */
final class Outputs {
  private final ProcessorContext<byte[], byte[]> context;
  private final TopologyCodecs codecs;

  Outputs(ProcessorContext<byte[], byte[]> context, TopologyCodecs codecs) {
    this.context = context;
    this.codecs = codecs;
  }

  void decision(DecisionRecord row, long now) {
    String key = row.getTraceId() + "/" + row.getDecisionId();
    forward(NodeNames.DECISION_RECORDS, key, codecs.decisionRecords().encode(row), now);
  }

  void trace(TraceRecord row, long now) {
    forward(NodeNames.TRACE_RECORDS, row.getTraceId(), codecs.traceRecords().encode(row), now);
  }

  void span(Span span, long now) {
    forward(NodeNames.RETAINED_SPANS, span.getTraceId(), codecs.retainedSpans().encode(span), now);
  }

  void snapshot(SnapshotRecord row, long now) {
    String key = row.getTraceId() + "/" + row.getSnapshotId();
    forward(NodeNames.SNAPSHOT_RECORDS, key, codecs.snapshotRecords().encode(row), now);
  }

  void evaluation(Evaluation row, long now) {
    forward(NodeNames.EVALUATIONS, row.getTraceId(), codecs.evaluations().encode(row), now);
  }

  void feedback(FeedbackRecord row, long now) {
    String key = row.getFeedback().getFeedbackId();
    forward(NodeNames.FEEDBACK_RECORDS, key, codecs.feedbackRecords().encode(row), now);
  }

  void unmatchedFeedback(FeedbackRecord row, long now) {
    String key = row.getFeedback().getFeedbackId();
    forward(NodeNames.UNMATCHED_FEEDBACK, key, codecs.unmatchedFeedback().encode(row), now);
    feedback(row, now);
  }

  /** Appends an event to the log that the assembler itself reads. */
  void traceEvent(String key, TraceEvent event, long now) {
    forward(NodeNames.ASSEMBLY_EVENTS, key, codecs.traceEvents().encode(event), now);
  }

  void deadLetter(byte[] key, byte[] value, Headers headers, long now) {
    context.forward(new Record<>(key, value, now, headers), NodeNames.ASSEMBLY_DEAD_LETTERS);
  }

  private void forward(String node, String key, byte[] value, long now) {
    context.forward(new Record<>(key.getBytes(StandardCharsets.UTF_8), value, now), node);
  }
}

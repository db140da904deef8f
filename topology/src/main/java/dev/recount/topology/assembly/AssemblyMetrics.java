package dev.recount.topology.assembly;

import dev.recount.avro.FeedbackMatch;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.Phase;
import dev.recount.topology.NodeNames;
import dev.recount.topology.assembly.TraceHeader.Lifecycle;
import dev.recount.topology.metrics.TaskMetrics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;

/** What the assembler says of its work. Nothing of it decides anything. */
final class AssemblyMetrics implements AutoCloseable {
  /** No trace ID and no alias starts with a blank. */
  private static final Bytes OPEN = Bytes.wrap(" open".getBytes(StandardCharsets.UTF_8));

  private final TaskMetrics metrics;
  private final KeyValueStore<Bytes, byte[]> headers;

  /** Traces that have not settled; kept in state, since counting them would read all of it. */
  private long open;

  AssemblyMetrics(ProcessorContext<?, ?> context) {
    metrics = TaskMetrics.of(context, NodeNames.ASSEMBLER);
    headers = context.getStateStore(Stores.HEADERS);
    byte[] saved = headers.get(OPEN);
    open = saved == null ? 0 : ByteBuffer.wrap(saved).getLong();
    showOpen();
  }

  /** Whether a key is that of the number of open traces. */
  static boolean isOpenTraces(byte[] key) {
    return Arrays.equals(key, OPEN.get());
  }

  /** A trace has begun. */
  void began(TraceHeader header) {
    if (header.lifecycle == Lifecycle.OPEN) {
      saveOpen(open + 1);
    }
  }

  /** A trace is forgotten; its header is as it was before. */
  void forgotten(TraceHeader header) {
    if (header.lifecycle == Lifecycle.OPEN && header.hasTrace()) {
      saveOpen(Math.max(0, open - 1));
    }
  }

  /** Rows of a trace are emitted; its header is as it was before. */
  void emitted(TraceHeader header, Phase phase, long now) {
    if (phase == Phase.provisional || header.lifecycle != Lifecycle.OPEN) {
      return;
    }
    // A log of an earlier version has traces that were not counted when they began.
    saveOpen(Math.max(0, open - 1));
    metrics.measure(
        "settle-delay-ms",
        "From a trace's last event until it settled, milliseconds.",
        now - header.lastAppend);
    metrics.measure(
        "trace-age-ms",
        "From a trace's first event until it settled, milliseconds.",
        now - header.firstAppend);
  }

  /** A row of feedback is emitted. */
  void feedback(FeedbackRecord row) {
    metrics.count(
        "feedback",
        "Rows of feedback by what it was joined by; NONE was not.",
        1,
        "match",
        row.getMatch().toString());
    if (row.getMatch() != FeedbackMatch.NONE && row.getLagMs() != null) {
      metrics.measure(
          "feedback-lag-ms",
          "From the end of what feedback is about until it occurred, milliseconds.",
          row.getLagMs());
    }
  }

  void deadLetter() {
    metrics.count("dead-letters", "Records that could not be processed.", 1, "stage", "assembly");
  }

  private void saveOpen(long traces) {
    open = traces;
    headers.put(OPEN, ByteBuffer.allocate(Long.BYTES).putLong(open).array());
    showOpen();
  }

  private void showOpen() {
    metrics.set("open-traces", "Traces that have not settled.", open);
  }

  @Override
  public void close() {
    metrics.close();
  }
}

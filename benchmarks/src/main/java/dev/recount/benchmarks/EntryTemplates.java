package dev.recount.benchmarks;

import io.opentelemetry.proto.trace.v1.Span;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Makes the log entries of traces of any length at the cost of copying them: those of one trace are
 * encoded once, and IDs, whose length never changes, written over.
 */
final class EntryTemplates {
  private static final HexFormat HEX = HexFormat.of();

  private final AgentTraces traces;

  /** The root, the agent of a further run, then the other positions of a run. */
  private final List<Template> templates = new ArrayList<>();

  private record Template(byte[] bytes, int[] traceIds, int[] spanIds, int[] parentIds) {}

  EntryTemplates(AgentTraces traces) {
    this.traces = traces;
    List<Span> spans = traces.trace(0, AgentTraces.SPANS_PER_RUN + 1);
    List<byte[]> entries = LogEntries.of(spans);
    add(spans.get(0), entries.get(0));
    add(spans.get(AgentTraces.SPANS_PER_RUN), entries.get(AgentTraces.SPANS_PER_RUN));
    for (int position = 1; position < AgentTraces.SPANS_PER_RUN; position++) {
      add(spans.get(position), entries.get(position));
    }
  }

  private void add(Span span, byte[] entry) {
    templates.add(
        new Template(
            entry,
            positions(entry, HEX.formatHex(span.getTraceId().toByteArray())),
            positions(entry, HEX.formatHex(span.getSpanId().toByteArray())),
            positions(entry, HEX.formatHex(span.getParentSpanId().toByteArray()))));
  }

  private static int[] positions(byte[] bytes, String text) {
    byte[] sought = text.getBytes(StandardCharsets.US_ASCII);
    List<Integer> found = new ArrayList<>();
    for (int at = 0; sought.length > 0 && at + sought.length <= bytes.length; at++) {
      if (Arrays.equals(bytes, at, at + sought.length, sought, 0, sought.length)) {
        found.add(at);
      }
    }
    return found.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The key of a trace's entries. */
  byte[] key(long trace) {
    return traces.traceId(trace).getBytes(StandardCharsets.US_ASCII);
  }

  /** The entry of a span. */
  byte[] entry(byte[] key, long trace, int index) {
    int position = index % AgentTraces.SPANS_PER_RUN;
    Template template = templates.get(position > 0 ? position + 1 : index > 0 ? 1 : 0);
    byte[] entry = template.bytes.clone();
    for (int at : template.traceIds) {
      System.arraycopy(key, 0, entry, at, key.length);
    }
    write(AgentTraces.spanIdLong(trace, index), entry, template.spanIds);
    int parent = position > 0 ? index - position : 0;
    write(AgentTraces.spanIdLong(trace, parent), entry, template.parentIds);
    return entry;
  }

  private static void write(long id, byte[] entry, int[] positions) {
    for (int at : positions) {
      for (int digit = 0; digit < 16; digit++) {
        entry[at + digit] = (byte) Character.forDigit((int) (id >>> (60 - 4 * digit)) & 0xF, 16);
      }
    }
  }
}

package dev.recount.topology.assembly;

import dev.recount.avro.Span;
import dev.recount.avro.TraceEvent;
import dev.recount.schemas.AvroCodec;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.sampling.Verdict;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Makes a record of retained-spans out of a span in the log. The bytes of the span are the same in
 * both but for their end and, if sampled, their trace state, so they are copied rather than decoded
 * and encoded again.
 */
final class SpanRelease {
  /** The span's last two fields, {@code key_time} and {@code revision}, as intake leaves them. */
  private static final int UNSET_TAIL_BYTES = 2;

  /** The branch of an optional field's union that has a value. */
  private static final int PRESENT = 1;

  private static final byte[] NOTHING = new byte[0];

  private final AvroCodec<TraceEvent> events;
  private final AvroCodec<Span> spans;

  SpanRelease(TopologyCodecs codecs) {
    this.events = codecs.traceEvents();
    this.spans = codecs.retainedSpans();
  }

  /**
   * The record to release.
   *
   * @param event an event of the log with a span, from an offset to the end of the array
   * @param header of its trace, which is kept
   */
  byte[] record(byte[] event, int offset, TraceHeader header) {
    OptionalLong threshold =
        header.fate.ruled() ? OptionalLong.of(header.fate.threshold()) : OptionalLong.empty();
    return record(event, offset, header.firstAppend, header.revision, threshold);
  }

  /**
   * Likewise.
   *
   * @param keyTime milliseconds since the Unix epoch
   * @param threshold of sampling, to be stated in its trace state; empty to leave that as it is
   */
  byte[] record(byte[] event, int offset, long keyTime, long revision, OptionalLong threshold) {
    boolean current = AvroCodec.writerSchemaId(event, offset) == events.schemaId();
    boolean unset = event[event.length - 1] == 0 && event[event.length - UNSET_TAIL_BYTES] == 0;
    if (!current || !unset) {
      Span span = (Span) events.decode(event, offset).getPayload();
      threshold.ifPresent(
          stated ->
              span.setTraceState(
                  Verdict.traceState(span.getTraceId(), span.getTraceState(), stated)));
      return encoded(span, keyTime, revision);
    }
    int start = payloadStart(event, offset + AvroCodec.HEADER_BYTES);
    int end = event.length - UNSET_TAIL_BYTES;
    Splice splice =
        threshold.isPresent()
            ? traceState(event, start, threshold.getAsLong())
            : new Splice(start, start, NOTHING);
    ByteBuffer record =
        ByteBuffer.allocate(
            AvroCodec.HEADER_BYTES
                + (end - start)
                + splice.bytes().length
                + 1
                + 2 * AvroNumbers.LONGEST);
    record
        .put((byte) 0)
        .putInt(spans.schemaId())
        .put(event, start, splice.from() - start)
        .put(splice.bytes())
        .put(event, splice.to(), end - splice.to());
    AvroNumbers.write(record, PRESENT);
    AvroNumbers.write(record, keyTime);
    AvroNumbers.write(record, revision);
    byte[] bytes = new byte[record.position()];
    record.flip().get(bytes);
    return bytes;
  }

  /** Bytes that take the place of others. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Splice(int from, int to, byte[] bytes) {}

  /** A span begins with its trace ID, span ID, parent and trace state. */
  private static Splice traceState(byte[] event, int start, long threshold) {
    ByteBuffer fields = ByteBuffer.wrap(event).position(start);
    String traceId = text(fields);
    text(fields);
    optionalText(fields);
    int from = fields.position();
    String stated = Verdict.traceState(traceId, optionalText(fields), threshold);
    byte[] text = stated.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(2 * AvroNumbers.LONGEST + text.length);
    AvroNumbers.write(bytes, PRESENT);
    AvroNumbers.write(bytes, text.length);
    bytes.put(text).flip();
    byte[] exact = new byte[bytes.remaining()];
    bytes.get(exact);
    return new Splice(from, fields.position(), exact);
  }

  private static String text(ByteBuffer fields) {
    byte[] text = new byte[(int) AvroNumbers.read(fields)];
    fields.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private static @Nullable String optionalText(ByteBuffer fields) {
    return AvroNumbers.read(fields) == PRESENT ? text(fields) : null;
  }

  private byte[] encoded(Span span, long keyTime, long revision) {
    span.setKeyTime(Instant.ofEpochMilli(keyTime));
    span.setRevision(revision);
    return spans.encode(span);
  }

  /** Where the payload begins: after kind, identity, precedence, hints and the union's branch. */
  private static int payloadStart(byte[] event, int start) {
    ByteBuffer fields = ByteBuffer.wrap(event).position(start);
    AvroNumbers.read(fields);
    int identityBytes = (int) AvroNumbers.read(fields);
    fields.position(fields.position() + identityBytes);
    AvroNumbers.read(fields);
    AvroNumbers.read(fields);
    AvroNumbers.read(fields);
    return fields.position();
  }
}

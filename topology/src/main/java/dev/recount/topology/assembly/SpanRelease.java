package dev.recount.topology.assembly;

import dev.recount.avro.Span;
import dev.recount.avro.TraceEvent;
import dev.recount.schemas.AvroCodec;
import dev.recount.topology.TopologyCodecs;
import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * Makes a record of retained-spans out of a span in the log. The bytes of the span are the same in
 * both but for their end, so they are copied rather than decoded and encoded again.
 */
final class SpanRelease {
  /** The span's last two fields, {@code key_time} and {@code revision}, as intake leaves them. */
  private static final int UNSET_TAIL_BYTES = 2;

  private static final int KEY_TIME_PRESENT = 1;

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
   * @param keyTime milliseconds since the Unix epoch
   */
  byte[] record(byte[] event, int offset, long keyTime, long revision) {
    boolean current = AvroCodec.writerSchemaId(event, offset) == events.schemaId();
    boolean unset = event[event.length - 1] == 0 && event[event.length - UNSET_TAIL_BYTES] == 0;
    if (!current || !unset) {
      return encoded(event, offset, keyTime, revision);
    }
    int start = payloadStart(event, offset + AvroCodec.HEADER_BYTES);
    int length = event.length - UNSET_TAIL_BYTES - start;
    ByteBuffer record =
        ByteBuffer.allocate(AvroCodec.HEADER_BYTES + length + 1 + 2 * AvroNumbers.LONGEST);
    record.put((byte) 0).putInt(spans.schemaId()).put(event, start, length);
    AvroNumbers.write(record, KEY_TIME_PRESENT);
    AvroNumbers.write(record, keyTime);
    AvroNumbers.write(record, revision);
    byte[] bytes = new byte[record.position()];
    record.flip().get(bytes);
    return bytes;
  }

  private byte[] encoded(byte[] event, int offset, long keyTime, long revision) {
    Span span = (Span) events.decode(event, offset).getPayload();
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
